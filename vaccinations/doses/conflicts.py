"""Two valid doses of one number under two numbers of a person: who sees them, and what is decided of them.

Such doses are never merged or dropped by a program. Somebody says that one of them counts, or that both were given and one
is wrongly numbered; it goes the way of any correction (voided with a reason, a replacement points to it) and can be undone.
"""

from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.holding import hold_person
from residents.models import Resident
from vaccinations.doses.querysets import DoseQuerySet
from vaccinations.doses.services import (
    AlreadyVoidedError,
    DoseError,
    ImpossibleDoseError,
    issue_slip,
    refuse_taken,
    void_held,
)
from vaccinations.due.services import refresh_due
from vaccinations.models import MOST_DOSES, ConflictDecision, Dose
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User

Verdict = ConflictDecision.Verdict
# What a dose under another number takes over: all but what says who recorded it when, and what became of it.
NOT_COPIED = {"id", "dose_number", "recorded_by", "recorded_at", "idempotency_key", "replaces"}
NOT_COPIED |= {"dose_import", "import_row", "voided_at", "voided_by", "void_reason"}
COPIED = [field.attname for field in Dose._meta.concrete_fields if field.name not in NOT_COPIED]


class NoConflictError(DoseError):
    """The doses are not, or no longer, two valid doses of one number of one person."""

    message = _("These two doses are no longer in conflict. Somebody may have decided; look at the list again.")


class DecisionUndoneError(DoseError):
    """The decision was undone before."""

    message = _("This decision was undone already.")


class BuiltUponError(DoseError):
    """What the decision did was changed since: undoing it would give the person two doses of one number, or lose one."""

    message = _("The doses were changed since this decision. Correct them at the clinic desk instead.")


def conflicts_for(user: User) -> DoseQuerySet:
    """Returns one dose of each conflict of the people whom the user may find, in the order of their keys.

    With what a page says of it: `recipient` is the person, `Dose.objects.rivals_of(dose)` the other doses.
    """
    people = Resident.objects.visible_to(user)
    doses = Dose.objects.in_conflict().filter(resident__superseded_by__in=people)
    return doses.select_related("resident__superseded_by", "vaccine", "lot", "facility").order_by("pk")


@transaction.atomic
def decide_conflict(
    *, by: Actor, keep: Dose, other: Dose, verdict: str, reason: str, new_number: int | None = None
) -> ConflictDecision:
    """Returns the decision: `keep` stays, `other` is voided, or for Verdict.BOTH stands with `new_number` instead.

    Raises NoConflictError, and for a new number ImpossibleDoseError and AlreadyRecordedError.
    """
    person = hold_person(keep.resident_id)
    keep, other = _pair(person, keep, other)
    if verdict == Verdict.BOTH:
        _refuse_number(person, other, new_number)
    voided, replacement = void_held(by=by, dose=other, reason=reason), None
    if verdict == Verdict.BOTH:
        replacement = _renumber(by, voided, new_number)
    decision = ConflictDecision.objects.create(
        resident=other.resident_id,
        kept=keep,
        other=other,
        replacement=replacement,
        verdict=verdict,
        reason=reason,
        decided_by=by.user,
    )
    refresh_due(resident=person, on=timezone.localdate())
    changes = {"verdict": verdict, "kept": keep.pk, "other": other.pk, "new_number": new_number, "reason": reason}
    audit.record(by=by, action="conflict.decided", subject=decision, resident=person.pk, changes=changes)
    return decision


@transaction.atomic
def undo_decision(*, by: Actor, decision: ConflictDecision, reason: str) -> ConflictDecision:
    """Returns the decision, undone: the dose that it voided is valid again, and a dose renumbered by it is voided.

    Raises DecisionUndoneError, BuiltUponError.
    """
    person = hold_person(decision.resident)
    rows = ConflictDecision.objects.standing().filter(resident=decision.resident, pk=decision.pk)
    if not rows.update(undone_at=timezone.now(), undone_by=by.user, undo_reason=reason):
        raise DecisionUndoneError
    decision.refresh_from_db()
    if decision.replacement:
        _void_replacement(by, decision.replacement, reason)
    restore_held(by, decision.other, reason)
    refresh_due(resident=person, on=timezone.localdate())
    audit.record(by=by, action="conflict.undone", subject=decision, resident=person.pk, changes={"reason": reason})
    return decision


def _pair(person: Resident, keep: Dose, other: Dose) -> tuple[Dose, Dose]:
    """Both doses as they are now."""
    doses = Dose.objects.of_person(person.pk).valid().in_bulk([keep.pk, other.pk])
    if len(doses) < 2 or len({dose.dose_number for dose in doses.values()}) > 1:
        raise NoConflictError
    return doses[keep.pk], doses[other.pk]


def _refuse_number(person: Resident, dose: Dose, number: int | None) -> None:
    if number is None or not 1 <= number <= MOST_DOSES:
        sentence = _("Enter a dose number from 1 to %(most)d.") % {"most": MOST_DOSES}
        raise ImpossibleDoseError({"new_number": sentence})
    history = list(Dose.objects.of_person(person.pk).valid().as_history())
    refuse_taken(history, number, dose.administered_on)


def _renumber(by: Actor, dose: Dose, number: int) -> Dose:
    """The same dose under another number, where it was written: undoing a merge of its person takes it along."""
    facts = {name: getattr(dose, name) for name in COPIED}
    renumbered = Dose(**facts, dose_number=number, replaces=dose, recorded_by=by.user, idempotency_key=uuid4())
    renumbered.save(force_insert=True)
    slip = issue_slip(renumbered)
    changes = {"dose_number": number, "slip": slip.code, "replaces": dose.pk}
    audit.record(by=by, action="dose.recorded", subject=renumbered, resident=dose.resident_id, changes=changes)
    return renumbered


def _void_replacement(by: Actor, replacement: Dose, reason: str) -> None:
    try:
        void_held(by=by, dose=replacement, reason=reason)
    except AlreadyVoidedError as error:
        raise BuiltUponError from error


def restore_held(by: Actor, dose: Dose, reason: str) -> None:
    """Makes the voided dose of a person who is held valid again, unless another under the same number took its place."""
    same = Dose.objects.valid().filter(resident=dose.resident_id, dose_number=dose.dose_number)
    if same.exists() or Dose.objects.valid().filter(resident=dose.resident_id, replaces=dose).exists():
        raise BuiltUponError
    rows = Dose.objects.filter(resident=dose.resident_id, pk=dose.pk)
    rows.update(voided_at=None, voided_by=None, void_reason="")
    audit.record(by=by, action="dose.restored", subject=dose, resident=dose.resident_id, changes={"reason": reason})
