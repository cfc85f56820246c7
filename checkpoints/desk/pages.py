"""What the views of the desk share: at which checkpoint, and the pages that they answer with."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from checkpoints.answering.answers import Answer
from checkpoints.cards.scan import read_scan
from checkpoints.desk import services
from checkpoints.desk.forms import PassageForm, ProofForm, RegistrationForm, ScanForm, TicketForm, UndoForm, UnmaskForm
from checkpoints.desk.passages import undoable_since
from checkpoints.desk.proposals import Proposals
from checkpoints.desk.spot_forms import SpotDeclarationForm
from checkpoints.desk.tickets import Ticket
from checkpoints.models import Checkpoint, Passage
from checkpoints.shifts.services import on_duty, read_meter
from vaxreg.access import View

LAST_PASSAGES = 5


def at_checkpoint(view: Callable[..., HttpResponse]) -> View:
    """Gives the view the checkpoint where the officer works; asks which where there are several, and says so where none."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        own = Checkpoint.objects.visible_to(request.user).with_quick_mode().select_related("unit")
        checkpoints = {checkpoint.pk: checkpoint for checkpoint in own}
        checkpoint = checkpoints.get(request.session.get("checkpoint"))
        if checkpoint is None and len(checkpoints) == 1:
            (checkpoint,) = checkpoints.values()
        if checkpoint is None:
            return render(request, "checkpoints/desk/choose_checkpoint.html", {"checkpoints": checkpoints.values()})
        checkpoint.has_alternatives = len(checkpoints) > 1
        return view(request, checkpoint)

    return never_cache(guarded)


def posted(view: View) -> View:
    """Leads back to the desk whoever opens the address of an act: after signing in again, or by the Back button."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any) -> HttpResponse:
        return view(request, *args) if request.method == "POST" else redirect("/desk/")

    return guarded


def undoable(request: HttpRequest, checkpoint: Checkpoint) -> list[Passage]:
    """The officer's last passages here that are young enough; undone ones among them."""
    since = undoable_since(timezone.now())
    own = Passage.objects.visible_to(request.user).last_of(request.user, checkpoint, since=since)
    return list(own.with_names().with_undone())


def say_recorded_before(request: HttpRequest, passage: Passage) -> None:
    """Tells the officer of the passage that stands in place of the one just sent."""
    seconds = max(0, int((timezone.now() - passage.decided_at).total_seconds()))
    recorded = {
        "time": time_format(timezone.localtime(passage.decided_at)),
        "outcome": passage.get_outcome_display(),
        "officer": passage.officer,
        "seconds": seconds,
    }
    if passage.officer_id != request.user.pk:
        text = _("Recorded by %(officer)s %(seconds)s s ago: %(outcome)s. It counts once.")
    else:
        text = _("This was recorded before, at %(time)s: %(outcome)s.")
    messages.warning(request, text % recorded)


def show_box(
    request: HttpRequest, checkpoint: Checkpoint, form: ScanForm | None = None, **context: Any
) -> HttpResponse:
    """The empty desk: the answer to every act, so that the next person can be scanned at once."""
    now = timezone.now()
    passages = Passage.objects.visible_to(request.user).at(checkpoint).with_names().with_undone()[:LAST_PASSAGES]
    mine = undoable(request, checkpoint)
    context = {"undo_form": UndoForm(passages=mine)} | context
    context |= {"checkpoint": checkpoint, "form": form or ScanForm(), "passages": passages, "quick_key": uuid4()}
    context |= {"undoable": [passage for passage in mine if not passage.is_undone]}
    context |= {"duty": on_duty(request.user, checkpoint, now), "meter": read_meter(checkpoint, now)}
    return render(request, "checkpoints/desk/desk.html", context)


def show_answer(
    request: HttpRequest, checkpoint: Checkpoint, answer: Answer, ticket: Ticket, **context: Any
) -> HttpResponse:
    """The answer to a scan, with the forms to decide by."""
    context = {"passage_form": PassageForm(), "unmask_form": UnmaskForm()} | _asked(answer, checkpoint) | context
    context |= {"checkpoint": checkpoint, "form": ScanForm(), "answer": answer, "ticket": ticket.sealed()}
    return render(request, "checkpoints/desk/answer.html", context)


def _asked(answer: Answer, checkpoint: Checkpoint) -> dict[str, Any]:
    """The forms for what is not known of the person yet."""
    known, asked = Proposals(answer, checkpoint, timezone.localdate()), {}
    if answer.can_register:
        asked["registration_form"] = RegistrationForm(provinces=known.offered, home=known.home)
    if answer.asks_declaration:
        asked["spot_form"] = SpotDeclarationForm(provinces=known.offered, initial=known.of_journey)
    if answer.asks_proof:
        asked["proof_form"] = ProofForm()
    return asked


def look_again(request: HttpRequest, checkpoint: Checkpoint, form: TicketForm, **forms: Any) -> HttpResponse:
    """The same answer once more, with what has become known and with the form as it was sent."""
    ticket = form.cleaned_data.get("ticket")
    if ticket is None:
        messages.error(request, form.errors["ticket"][0])
        return show_box(request, checkpoint)
    answer = services.look_up_at_desk(
        scan=read_scan(ticket.scan),
        checkpoint=checkpoint,
        at=timezone.now(),
        proof=ticket.proof,
        by=request.actor,
    )
    return show_answer(request, checkpoint, answer, ticket.renewed(answer), **forms)
