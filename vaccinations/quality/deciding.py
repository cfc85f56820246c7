"""What people decide about a case, and how it is taken back. Whoever decides holds the case, then the people."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from residents.birth import Birth, Precision
from residents.citizen_id import CitizenId, Kind
from residents.holding import ResidentError, hold_person
from residents.merging.services import DependedUponError, TwoCitizenIdsError, merge, undo_merge
from residents.models import DuplicatePair, Merge, Resident
from residents.services import register_resident
from vaccinations.desk.registering import possible_doubles
from vaccinations.doses.conflicts import NoConflictError, decide_conflict, restore_held, undo_decision
from vaccinations.doses.services import (
    AlreadyRecordedError,
    AlreadyVoidedError,
    DoseError,
    ImpossibleDoseError,
    NeedsReasonError,
    Reason,
    void_held,
)
from vaccinations.doses.warnings import Code
from vaccinations.due.services import refresh_due
from vaccinations.imports.one_row import record_row
from vaccinations.imports.registering import facts_of_row
from vaccinations.models import CaseDecision, ConflictDecision, Dose, QualityCase, SheetDose
from vaccinations.quality import errors
from vaccinations.quality.choices import Choice, choices_of, ruled_out, standing, state_after
from vaccinations.quality.working import held
from vaxreg import audit
from vaxreg.actors import Actor

State = QualityCase.State
EVERY_WARNING = frozenset(str(code) for code in Code)
Written = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """`person` is the number of whom it is about; `dose_number` another one than the row says; `seen` the warnings seen.

    Of a pair, `person` is the number kept, and `second_reason` says why two citizen IDs are of one person.
    """

    choice: str
    reason: str
    person: str = ""
    dose_number: int | None = None
    seen: frozenset[str] = frozenset()
    second_reason: str = ""


@transaction.atomic
def decide(*, by: Actor, case: QualityCase, decision: Decision, version: int, now: datetime) -> CaseDecision:
    """Returns the decision, carried out: what it records, voids or joins happens with it, or nothing does.

    `version` is of the case as it was looked at. Raises what quality.errors has.
    """
    found = held(case, by=by, now=now, version=version)
    if not found.is_to_do:
        raise errors.DecidedError
    if decision.choice not in choices_of(found):
        raise errors.CaseError
    written = _carried_out(by, found, decision, now)
    row = CaseDecision.objects.create(case=found, choice=decision.choice, reason=decision.reason, by=by.user, **written)
    _move(found, now)
    changes = {"choice": row.choice, "reason": row.reason, "kind": found.kind} | written
    audit.record(by=by, action="quality.decided", subject=found, resident=row.person or row.other, changes=changes)
    return row


@transaction.atomic
def undo(*, by: Actor, case: QualityCase, reason: str, version: int, now: datetime) -> CaseDecision:
    """Returns the row that takes the last standing decision back: a dose recorded is voided, one voided is there again.

    Raises what quality.errors has.
    """
    found = held(case, by=by, now=now, version=version)
    stand = standing(found.decisions.all())
    if not stand or found.state == State.WITHDRAWN:
        raise errors.NothingToUndoError
    last = stand[-1]
    _taken_back(by, found, last, reason)
    row = CaseDecision.objects.create(case=found, choice=Choice.UNDO, reason=reason, undoes=last, by=by.user)
    _move(found, now)
    changes = {"choice": last.choice, "reason": reason, "dose": last.dose}
    audit.record(by=by, action="quality.undone", subject=found, resident=last.person or last.other, changes=changes)
    return row


def _move(case: QualityCase, now: datetime) -> None:
    """Brings the case where its standing decisions leave it."""
    stand = standing(case.decisions.all())
    asked = [decision.at for decision in stand if decision.choice == Choice.ASK]
    case.state = state_after(case.kind, [decision.choice for decision in stand])
    case.decided_at = now if case.state == State.DECIDED else None
    case.asked_at = asked[-1] if asked else None
    case.has_dose = any(decision.dose for decision in stand)
    case.version += 1
    if case.state != State.OPEN:
        case.claimed_by = case.claimed_until = None
    case.save()


def _carried_out(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    """What the decision wrote. What the dose register refuses comes out as an error of the case."""
    try:
        return WRITERS[decision.choice](by, case, decision, now)
    except AlreadyRecordedError as error:
        raise errors.NumberTakenError(str(error.message), error.proposed) from error
    except NeedsReasonError as error:
        raise errors.UnusualError(error.warnings) from error
    except ImpossibleDoseError as error:
        raise errors.DoseRefusedError(" ".join(map(str, error.faults.values()))) from error
    except TwoCitizenIdsError as error:
        raise errors.SecondReasonError from error
    except (DoseError, ResidentError) as error:
        raise errors.DoseRefusedError(str(error.message)) from error


def _row_of(case: QualityCase) -> SheetDose:
    rows = SheetDose.objects.select_related("sheet_row", "vaccine", "facility", "province", "dose_import__province")
    return rows.get(pk=case.sheet_dose_id)


def _person(number: str) -> Resident:
    person = Resident.objects.by_number(number).select_related("province").first()
    if person is None:
        raise errors.NobodyChosenError
    return person


def _reason(decision: Decision) -> Reason:
    return Reason(decision.reason, decision.seen)


def _same(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    if case.is_pair:
        return _merged(by, case, decision)
    if decision.person in ruled_out(case.decisions.all()):
        raise errors.NobodyChosenError
    return _recorded(by, case, _person(decision.person), decision, now)


def _merged(by: Actor, case: QualityCase, decision: Decision) -> Written:
    """Both records made one under the number chosen to be kept."""
    people = Resident.objects.in_bulk([case.pair.person_a_id, case.pair.person_b_id])
    keep = people.pop(decision.person, None)
    if keep is None or not people:
        raise errors.KeepError
    (drop,) = people.values()
    # Decided here: not to be taken for a merge on another page (quality.following).
    QualityCase.objects.filter(pk=case.pk).update(state=State.DECIDED, decided_at=timezone.now())
    merged = merge(by=by, keep=keep, drop=drop, reason=decision.reason, second_reason=decision.second_reason)
    return {"person": keep.pk, "other": drop.pk, "merge": merged.pk}


def _recorded(by: Actor, case: QualityCase, person: Resident, decision: Decision, now: datetime) -> Written:
    """The dose of the row, recorded for the person; none where they have this very dose already."""
    row = _row_of(case)
    facts = {"by": by, "row": row, "person": person, "now": now, "reason": _reason(decision)}
    try:
        dose = record_row(**facts, dose_number=decision.dose_number)
    except AlreadyRecordedError as error:
        there = error.dose
        if (there.administered_on, there.vaccine_id) != (row.administered_on, row.vaccine_id):
            raise
        return {"person": person.pk}
    return {"person": person.pk, "dose": dose.pk}


def _different(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    if not case.is_pair:
        return {"other": _person(decision.person).pk}
    pair = case.pair
    DuplicatePair.objects.filter(pk=pair.pk).update(status=DuplicatePair.Status.DIFFERENT)
    return {"person": pair.person_a_id, "other": pair.person_b_id}


def _nothing(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    return {}


def _sheet_right(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    row = _row_of(case)
    person = _person(row.person or "")
    against = contradicting(row, person)
    if len(against) > 1:
        raise errors.DoseRefusedError(errors.SEVERAL)
    replaced = against[0] if against else None
    dose = record_row(by=by, row=row, person=person, now=now, reason=_reason(decision), replaces=replaced)
    return {"person": person.pk, "dose": dose.pk, "replaced_dose": replaced and replaced.pk}


def contradicting(row: SheetDose, person: Resident) -> list[Dose]:
    """Returns the valid doses of the person that have the number or the day of the row's dose."""
    number = row.decided_number or row.dose_number
    doses = Dose.objects.of_person(person.pk).valid().as_history()
    return [dose for dose in doses if dose.dose_number == number or dose.administered_on == row.administered_on]


def _first_right(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    return _dose_kept(by, case, decision, keeps_first=True)


def _second_right(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    return _dose_kept(by, case, decision, keeps_first=False)


def _dose_kept(by: Actor, case: QualityCase, decision: Decision, *, keeps_first: bool) -> Written:
    """Of two recorded doses of one number one stays; the other is voided, or stands under another number."""
    pair = doses_of(case)
    keep, other = pair if keeps_first else pair[::-1]
    verdict = ConflictDecision.Verdict.BOTH if decision.choice == Choice.BOTH_RIGHT else ConflictDecision.Verdict.ONE
    facts = {"verdict": verdict, "reason": decision.reason, "new_number": decision.dose_number}
    decided = decide_conflict(by=by, keep=keep, other=other, **facts)
    return {"person": case.recipient, "conflict": decided.pk}


def doses_of(case: QualityCase) -> list[Dose]:
    """Returns the two recorded doses of one number that the case is about, the earlier first. Raises NoConflictError."""
    facts = ("resident", "vaccine", "lot", "facility")
    numbers = Resident.objects.numbers_of(case.recipient)
    found = Dose.objects.select_related(*facts).filter(resident__in=numbers, pk=case.dose).first()
    rivals = list(Dose.objects.rivals_of(found).select_related(*facts)) if found else []
    if not rivals:
        raise NoConflictError
    return sorted([found, rivals[0]], key=lambda dose: (dose.administered_on, dose.pk))


def _both_right(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    if case.is_of_doses:
        return _dose_kept(by, case, decision, keeps_first=True)
    row = _row_of(case)
    return _recorded(by, case, _person(row.person or ""), decision, now)


def _new_person(by: Actor, case: QualityCase, decision: Decision, now: datetime) -> Written:
    row = _row_of(case)
    birth = Birth(row.born, row.birth_precision)
    if not row.full_name or birth.precision == Precision.UNKNOWN:
        raise errors.TooLittleKnownError
    if possible_doubles(facts_of_row(row), seen=ruled_out(case.decisions.all())):
        raise errors.DoubleError
    person = register_resident(
        by=by,
        source=Resident.Source.IMPORT,
        number=_free_number(row),
        full_name=row.full_name,
        birth=birth,
        sex=row.sex,
        phone=row.phone,
        province=row.province,
        ward=row.ward,
    )
    return _recorded(by, case, person, decision, now)


def _free_number(row: SheetDose) -> str | None:
    """The row's own number where it is nobody's and does not contradict the row; else none: a provisional one is issued."""
    if not row.number or CitizenId(row.number).kind is Kind.PROVISIONAL:
        return None
    if CitizenId(row.number).contradictions(sex=row.sex, born=row.born):
        return None
    return None if Resident.objects.filter(pk=row.number).exists() else row.number


WRITERS: dict[str, Callable[[Actor, QualityCase, Decision, datetime], Written]] = {
    Choice.SAME: _same,
    Choice.DIFFERENT: _different,
    Choice.REGISTER_RIGHT: _nothing,
    Choice.SHEET_RIGHT: _sheet_right,
    Choice.FIRST_RIGHT: _first_right,
    Choice.SECOND_RIGHT: _second_right,
    Choice.BOTH_RIGHT: _both_right,
    Choice.ASK: _nothing,
    Choice.NEW_PERSON: _new_person,
}


def _taken_back(by: Actor, case: QualityCase, last: CaseDecision, reason: str) -> None:
    """Undoes what the decision wrote; what later acts stand on is told, and nothing is undone."""
    try:
        if last.merge:
            QualityCase.objects.filter(pk=case.pk).update(state=State.OPEN, decided_at=None)
            undo_merge(by=by, merge=Merge.objects.get(pk=last.merge), reason=reason)
        elif last.conflict:
            undo_decision(by=by, decision=ConflictDecision.objects.get(pk=last.conflict), reason=reason)
        elif case.is_pair:
            DuplicatePair.objects.filter(pk=case.pair_id).update(status=DuplicatePair.Status.OPEN)
        elif last.dose:
            _dose_taken_back(by, last, reason)
    except DependedUponError as error:
        raise errors.DoseRefusedError(" ".join(map(str, [error.message, *error.hindrances]))) from error
    except (DoseError, ResidentError) as error:
        raise errors.DoseRefusedError(str(error.message)) from error


def _dose_taken_back(by: Actor, last: CaseDecision, reason: str) -> None:
    """The dose recorded is voided, and the one voided in its favour is valid again."""
    person = hold_person(last.person)
    doses = Dose.objects.of_person(person.pk).in_bulk([pk for pk in (last.dose, last.replaced_dose) if pk])
    # Somebody may have voided it at a desk meanwhile: then there is nothing left to take back.
    with suppress(AlreadyVoidedError):
        void_held(by=by, dose=doses[last.dose], reason=reason)
    if last.replaced_dose:
        restore_held(by, doses[last.replaced_dose], reason)
    refresh_due(resident=person, on=timezone.localdate())
