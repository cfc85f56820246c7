"""The checkpoint desk. What was scanned comes by POST and is answered at once: no number in an address, title or log."""

from dataclasses import replace

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from checkpoints.declaring import filing
from checkpoints.desk import passages, services
from checkpoints.desk.forms import PassageForm, ProofForm, RegistrationForm, ScanForm, TicketForm, UndoForm, UnmaskForm
from checkpoints.desk.pages import (
    at_checkpoint,
    look_again,
    posted,
    say_recorded_before,
    show_answer,
    show_box,
    undoable,
)
from checkpoints.desk.paper_views import show_hint
from checkpoints.desk.proposals import provinces_on
from checkpoints.desk.spot_forms import SpotDeclarationForm
from checkpoints.desk.tickets import Ticket
from checkpoints.groups import views as group_views
from checkpoints.models import Checkpoint
from residents.holding import ResidentError
from residents.services import AlreadyRegisteredError
from vaxreg.access import CHECKPOINT_DESK, open_to


@open_to(CHECKPOINT_DESK)
@at_checkpoint
def desk(request, checkpoint):
    if request.method != "POST":
        return show_box(request, checkpoint)
    form = ScanForm(request.POST)
    if not form.is_valid():
        return show_box(request, checkpoint, form)
    scan = form.cleaned_data["scan"]
    if scan.is_only_a_hint:
        return show_hint(request, checkpoint, scan)
    return group_views.show_vehicle(request, checkpoint, form) if is_plate(scan) else answer(request, checkpoint, form)


def is_plate(scan):
    return bool(scan.plate) and not scan.key


def answer(request, checkpoint, form):
    scan = form.cleaned_data["scan"]
    found = services.look_up_at_desk(scan=scan, checkpoint=checkpoint, at=timezone.now(), by=request.actor)
    if found is None and scan.plate:
        return group_views.show_vehicle(request, checkpoint, form)
    if found is None:
        form.add_error("scan", _("No pass has this code. Check the code, or scan the ID card."))
        return show_box(request, checkpoint, form)
    if found.is_group_pass:
        return group_views.show_found(request, checkpoint, form)
    key = form.cleaned_data["key"] if checkpoint.quick_since else None
    ticket = Ticket.of(found, checkpoint=checkpoint, officer=request.user, key=key)
    if checkpoint.quick_since:
        return record_quickly(request, checkpoint, found, ticket)
    return show_answer(request, checkpoint, found, ticket)


def record_quickly(request, checkpoint, found, ticket):
    """Quick mode: the scan records, the verdict is kept and blocks nobody."""
    reason = _("Quick mode: %(reason)s") % {"reason": checkpoint.quick_reason}
    passage, is_new = passages.record_passage(
        ticket=ticket, outcome="passed", reason=reason[:250], checkpoint=checkpoint, by=request.actor, is_quick=True
    )
    if not is_new:
        say_recorded_before(request, passage)
    return show_box(request, checkpoint, quick_answer=found)


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
    passage, is_new = passages.record_passage(
        ticket=said["ticket"], outcome=said["outcome"], reason=form.reason, checkpoint=checkpoint, by=request.actor
    )
    # The same form sent again, by a reload or a bad line, has nothing to tell.
    if not is_new and (passage.outcome != said["outcome"] or passage.idempotency_key != said["ticket"].key):
        say_recorded_before(request, passage)
    return show_box(request, checkpoint)


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def undo(request, checkpoint):
    form = UndoForm(request.POST, passages=undoable(request, checkpoint))
    if "passage" in form.errors:
        messages.error(request, form.errors["passage"][0])
    if not form.is_valid():
        return show_box(request, checkpoint, undo_form=form)
    try:
        passages.cancel_passage(
            passage=form.cleaned_data["passage"], reason=form.reason, at=timezone.now(), by=request.actor
        )
        messages.success(request, _("Undone."))
    except passages.NotUndoableError as error:
        messages.error(request, error.message)
    return show_box(request, checkpoint)


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def unmask(request, checkpoint):
    form = UnmaskForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if not form.is_valid():
        return look_again(request, checkpoint, form, unmask_form=form)
    ticket, reason = form.cleaned_data["ticket"], form.cleaned_data["reason"]
    found = services.unmask_at_desk(
        ticket=ticket, reason=reason, checkpoint=checkpoint, at=timezone.now(), by=request.actor
    )
    return show_answer(request, checkpoint, found, ticket, is_unmasked=True)


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def prove(request, checkpoint):
    """A proof of recovery, seen by the officer or not there: the verdict is made anew with it."""
    form = ProofForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if not form.is_valid():
        return look_again(request, checkpoint, form, proof_form=form)
    form.cleaned_data["ticket"] = replace(form.cleaned_data["ticket"], proof=form.proof)
    return look_again(request, checkpoint, form)


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def register(request, checkpoint):
    provinces = provinces_on(timezone.localdate())
    form = RegistrationForm(request.POST, officer=request.user, checkpoint=checkpoint, provinces=provinces)
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


@open_to(CHECKPOINT_DESK)
@posted
@at_checkpoint
def declare(request, checkpoint):
    form = TicketForm(request.POST, officer=request.user, checkpoint=checkpoint)
    if not form.is_valid():
        return look_again(request, checkpoint, form)
    said = SpotDeclarationForm(request.POST, provinces=provinces_on(timezone.localdate()))
    if not said.is_valid():
        return look_again(request, checkpoint, form, spot_form=said)
    ticket = form.cleaned_data["ticket"]
    answers = said.answers(ticket, checkpoint)
    _declaration, token = filing.file_declaration(answers=answers, by=request.actor, filed_by=request.user)
    messages.success(request, _("Declaration filed."))
    form.cleaned_data["ticket"] = ticket.declared(token)
    return look_again(request, checkpoint, form)
