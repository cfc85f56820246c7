"""The checkpoint desk. What was scanned comes by POST and is answered at once: no number in an address, title or log."""

from functools import wraps

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from checkpoints import services
from checkpoints.forms import PassageForm, RegistrationForm, ScanForm, UnmaskForm
from checkpoints.models import Checkpoint, Passage
from checkpoints.scan import read_scan
from checkpoints.tickets import Ticket
from residents.services import AlreadyRegisteredError, ResidentError
from vaxreg.access import CHECKPOINT_DESK, open_to

LAST_PASSAGES = 5


def at_checkpoint(view):
    """Gives the view the checkpoint where the officer works; asks which where there are several, and says so where none."""

    @wraps(view)
    def guarded(request):
        checkpoints = {checkpoint.pk: checkpoint for checkpoint in Checkpoint.objects.visible_to(request.user)}
        checkpoint = checkpoints.get(request.session.get("checkpoint"))
        if checkpoint is None and len(checkpoints) == 1:
            (checkpoint,) = checkpoints.values()
        if checkpoint is None:
            return render(request, "checkpoints/choose_checkpoint.html", {"checkpoints": checkpoints.values()})
        checkpoint.has_alternatives = len(checkpoints) > 1
        return view(request, checkpoint)

    return never_cache(guarded)


def posted(view):
    """Leads back to the desk whoever opens the address of an act: after signing in again, or by the Back button."""

    @wraps(view)
    def guarded(request, *args):
        return view(request, *args) if request.method == "POST" else redirect("/desk/")

    return guarded


@open_to(CHECKPOINT_DESK)
@at_checkpoint
def desk(request, checkpoint):
    if request.method != "POST":
        return show_box(request, checkpoint, ScanForm())
    form = ScanForm(request.POST)
    if not form.is_valid():
        return show_box(request, checkpoint, form)
    answer = services.look_up_at_desk(
        scan=form.cleaned_data["scan"], checkpoint=checkpoint, at=timezone.now(), by=request.actor
    )
    if answer is None:
        form.add_error("scan", _("No pass has this code. Check the code, or scan the ID card."))
        return show_box(request, checkpoint, form)
    return show_answer(request, checkpoint, answer, Ticket.of(answer, checkpoint=checkpoint, officer=request.user))


@open_to(CHECKPOINT_DESK)
@posted
def choose_checkpoint(request):
    chosen = request.POST.get("checkpoint", "")
    checkpoints = Checkpoint.objects.visible_to(request.user)
    # Only the own ones can be kept; anything else asks again.
    request.session["checkpoint"] = next((own.pk for own in checkpoints if str(own.pk) == chosen), None)
    return redirect("/desk/")


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def record(request, checkpoint):
    form = PassageForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if not form.is_valid():
        return look_again(request, checkpoint, form, passage_form=form)
    said = form.cleaned_data
    passage, is_new = services.record_passage(
        ticket=said["ticket"], outcome=said["outcome"], reason=form.reason, checkpoint=checkpoint, by=request.actor
    )
    if not is_new and passage.outcome != said["outcome"]:
        recorded = {
            "time": time_format(timezone.localtime(passage.decided_at)),
            "outcome": passage.get_outcome_display(),
        }
        messages.warning(request, _("This was recorded before, at %(time)s: %(outcome)s.") % recorded)
    return redirect("/desk/")


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def unmask(request, checkpoint):
    form = UnmaskForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if not form.is_valid():
        return look_again(request, checkpoint, form, unmask_form=form)
    ticket, reason = form.cleaned_data["ticket"], form.cleaned_data["reason"]
    answer = services.unmask_at_desk(
        ticket=ticket, reason=reason, checkpoint=checkpoint, at=timezone.now(), by=request.actor
    )
    return show_answer(request, checkpoint, answer, ticket, is_unmasked=True)


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def register(request, checkpoint):
    form = RegistrationForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if form.is_valid():
        try:
            services.register_at_desk(**form.cleaned_data, by=request.actor)
            messages.success(request, _("Registered."))
        except AlreadyRegisteredError as error:
            # Another desk was quicker: the answer shows whom it registered.
            messages.info(request, error.message)
        except ResidentError as error:
            form.add_error(None, error.message)
    return look_again(request, checkpoint, form, registration_form=form)


def look_again(request, checkpoint, form, **forms):
    """The same answer once more, with what has become known and with the form as it was sent."""
    ticket = form.cleaned_data.get("ticket")
    if ticket is None:
        messages.error(request, form.errors["ticket"][0])
        return redirect("/desk/")
    answer = services.look_up_at_desk(
        scan=read_scan(ticket.scan), checkpoint=checkpoint, at=timezone.now(), by=request.actor
    )
    return show_answer(request, checkpoint, answer, ticket.renewed(answer), **forms)


def show_box(request, checkpoint, form):
    passages = Passage.objects.visible_to(request.user).at(checkpoint).with_names()[:LAST_PASSAGES]
    return render(request, "checkpoints/desk.html", {"checkpoint": checkpoint, "form": form, "passages": passages})


def show_answer(request, checkpoint, answer, ticket, **context):
    context = {
        "passage_form": PassageForm(),
        "unmask_form": UnmaskForm(),
        "registration_form": RegistrationForm(),
    } | context
    context |= {"checkpoint": checkpoint, "form": ScanForm(), "answer": answer, "ticket": ticket.sealed()}
    return render(request, "checkpoints/answer.html", context)
