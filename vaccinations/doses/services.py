"""Writes of the dose register: doses recorded, voided and replaced, and their slips.

A dose is never edited or deleted. Whoever writes a person's doses holds the row of the person (FOR NO KEY UPDATE), so that
what was checked is still so when it is written; the database's own constraints stand behind, for writers of other kinds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.holding import hold_person
from residents.models import Resident
from residents.services import verify_resident
from vaccinations.doses.rule_warnings import examine
from vaccinations.doses.warnings import Candidate, DoseWarning, Findings, proposed_number, taken_sentence
from vaccinations.due.services import refresh_due
from vaccinations.models import MOST_DOSES, ClinicSession, Dose, DoseImport, Facility, Lot, Slip, Vaccine
from vaccinations.rulebook import Rulebook, rulebook
from vaccinations.stock.lots import LotState, lot_state
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.codes import new_code

CODE_ATTEMPTS = 20


class DoseError(Exception):
    """A rule of the dose register refuses; `message` tells the user what to do."""

    message = ""


class ImpossibleDoseError(DoseError):
    """What was entered cannot be: `faults` is a sentence for each field."""

    message = _("This dose cannot have been given as entered.")

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__()
        self.faults = faults


class AlreadyRecordedError(DoseError):
    """A valid dose of this number is there: `dose`. `proposed` is the number that this one may be meant to have."""

    def __init__(self, dose: Dose, proposed: int | None = None) -> None:
        super().__init__()
        self.dose, self.proposed = dose, proposed

    @property
    def message(self) -> str:
        """Asks whether the second dose was typed as the first."""
        if self.proposed is None:
            return _("A dose of this number is recorded already.")
        return taken_sentence(self.dose.given, self.proposed)


class FormUsedError(AlreadyRecordedError):
    """The same form came again with other facts: what the first one recorded stands."""

    message = _("This form was used already, and what it recorded then stands. To change it, replace that dose.")


class NeedsReasonError(DoseError):
    """The dose is unusual, and nobody has said yet why it is right: `warnings`."""

    message = _("Check these points. If all is right, say why and record the dose.")

    def __init__(self, warnings: list[DoseWarning]) -> None:
        super().__init__()
        self.warnings = warnings


class AlreadyVoidedError(DoseError):
    """Somebody voided the dose before."""

    message = _("This dose was voided by somebody else in the meantime.")


@dataclass(frozen=True)
class Entry:
    """What is to be recorded as given. `key` is the form's own: the same form twice is one dose.

    `sessions` are those that the dose may belong to, as far as the facility works with sessions.
    """

    dose_number: int
    vaccine: Vaccine
    lot: Lot | None
    facility: Facility
    administered_on: date
    administered_at: datetime | None
    vaccinator: str
    key: UUID
    source: str = Dose.Source.DESK
    # The sheet it came with, and its row there; such a dose has no slip: nobody stands at the desk.
    dose_import: DoseImport | None = None
    import_row: int | None = None
    sessions: Sequence[ClinicSession] = ()


@dataclass(frozen=True)
class Reason:
    """Why a dose is right in spite of warnings, and the codes of the warnings that the clerk saw when saying so."""

    text: str = ""
    seen: frozenset[str] = frozenset()


@transaction.atomic
def record_dose(
    *, by: Actor, resident: Resident, entry: Entry, now: datetime, reason: Reason = Reason(), card_seen: bool = False
) -> Dose:
    """Returns the dose recorded under the person's number, its slip issued; the same form again returns the same dose.

    Raises ImpossibleDoseError, AlreadyRecordedError, FormUsedError, NeedsReasonError, ChangedMeanwhileError.
    """
    person = hold_person(resident.pk)
    dose = _of_same_form(person, entry)
    if dose:
        return dose
    dose = _add(by=by, person=person, entry=entry, now=now, reason=reason)
    refresh_due(resident=person, on=timezone.localdate(now))
    if card_seen and person.verified_at is None:
        verify_resident(by=by, resident=person)
    return dose


@transaction.atomic
def void_dose(*, by: Actor, dose: Dose, reason: str) -> Dose:
    """Returns the dose, voided for good; it stays in the history. Raises AlreadyVoidedError."""
    person = hold_person(dose.resident_id)
    voided = void_held(by=by, dose=dose, reason=reason)
    refresh_due(resident=person, on=timezone.localdate())
    return voided


@transaction.atomic
def replace_dose(
    *, by: Actor, dose: Dose, void_reason: str, entry: Entry, now: datetime, reason: Reason = Reason()
) -> Dose:
    """Returns the dose that stands for the voided one and points to it: both happen, or neither.

    Raises AlreadyVoidedError and what record_dose raises.
    """
    person = hold_person(dose.resident_id)
    replacement = _of_same_form(person, entry)
    if replacement:
        return replacement
    voided = void_held(by=by, dose=dose, reason=void_reason)
    added = _add(by=by, person=person, entry=entry, now=now, reason=reason, replaces=voided)
    refresh_due(resident=person, on=timezone.localdate(now))
    return added


def check_dose(
    *,
    resident: Resident,
    dose_number: int,
    vaccine: Vaccine | None,
    lot: Lot | None,
    on: date,
    history: Collection[Dose],
    now: datetime | None,
    facility: Facility,
    sessions: Sequence[ClinicSession] = (),
    rules: Rulebook | None = None,
) -> Findings:
    """Returns what is unusual about such a dose on that day, given the person's valid doses, and what is not known.

    Without a vaccine (none is chosen yet) only what does not depend on it is looked at; `sessions` are those of Entry.
    """
    state = lot_state(lot, facility, on, vaccine=vaccine) if lot else LotState()
    candidate = Candidate(
        dose_number=dose_number,
        product=vaccine.code if vaccine else "",
        product_name=vaccine.name if vaccine else "",
        administered_on=on,
        lot_expires_on=state.usable_until,
        lot_faults=state.faults,
        session_vaccines=ClinicSession.objects.giving_instead(sessions, vaccine) if vaccine else (),
    )
    return examine(
        candidate=candidate,
        history=[dose.given for dose in history],
        schedule=(rules or rulebook()).schedule,
        birth=resident.birth,
        now=now,
        today=timezone.localdate(now),
    )


def number_on_slip(code: str) -> str | None:
    """Returns the number that the slip was issued under, or None for a code of no slip."""
    return Slip.objects.filter(code=code).values_list("resident", flat=True).first()


@transaction.atomic
def reveal_contact(*, by: Actor, resident: Resident, reason: str) -> Resident:
    """Returns the person, whose phone and address may now be shown once; why is logged."""
    audit.record(by=by, action="resident.unmasked", subject=resident, resident=resident.pk, changes={"reason": reason})
    return resident


@transaction.atomic
def log_slip_read(*, by: Actor, slip: Slip) -> None:
    """Logs that somebody opened the slip's page."""
    audit.record(by=by, action="slip.read", subject=slip, resident=slip.resident)


def _of_same_form(person: Resident, entry: Entry) -> Dose | None:
    dose = Dose.objects.of_person(person.pk).filter(idempotency_key=entry.key).first()
    if dose is None:
        return None
    facts = ("dose_number", "vaccine", "lot", "facility", "administered_on")
    if any(getattr(dose, name) != getattr(entry, name) for name in facts):
        raise FormUsedError(dose)
    return dose


def _add(
    *, by: Actor, person: Resident, entry: Entry, now: datetime, reason: Reason, replaces: Dose | None = None
) -> Dose:
    _refuse_impossible(person, entry, now)
    history = list(Dose.objects.of_person(person.pk).valid().as_history())
    refuse_taken(history, entry.dose_number, entry.administered_on)
    codes = _answered(person, entry, history, now, reason)
    dose = _insert(
        person,
        Dose(
            # A replacement stays where the dose was written: undoing a merge of its person takes it along.
            resident_id=replaces.resident_id if replaces else person.pk,
            dose_number=entry.dose_number,
            vaccine=entry.vaccine,
            lot=entry.lot,
            facility=entry.facility,
            vaccinator=entry.vaccinator,
            administered_on=entry.administered_on,
            administered_at=entry.administered_at,
            born_on=person.date_of_birth,
            warnings=codes,
            warning_reason=reason.text if codes else "",
            source=entry.source,
            idempotency_key=entry.key,
            recorded_by=by.user,
            replaces=replaces,
            dose_import=entry.dose_import,
            import_row=entry.import_row,
        ),
    )
    slip = None if entry.dose_import else issue_slip(dose)
    audit.record(
        by=by,
        action="dose.recorded",
        subject=dose,
        resident=person.pk,
        changes={
            "dose_number": dose.dose_number,
            "vaccine": entry.vaccine.code,
            "lot": entry.lot.lot_number if entry.lot else None,
            "administered_on": dose.administered_on.isoformat(),
            "warnings": codes,
            "slip": slip and slip.code,
            "replaces": replaces.pk if replaces else None,
        },
    )
    return dose


def refuse_taken(history: list[Dose], number: int, on: date) -> None:
    """Raises AlreadyRecordedError where a valid dose of the person has the number, with one that would fit the day."""
    for dose in history:
        if dose.dose_number == number:
            given = [other.given for other in history]
            raise AlreadyRecordedError(dose, proposed_number(given, on))


def _answered(person: Resident, entry: Entry, history: list[Dose], now: datetime, reason: Reason) -> list[str]:
    """The codes of the warnings, each of which the clerk saw before giving the reason."""
    check = check_dose(
        resident=person,
        dose_number=entry.dose_number,
        vaccine=entry.vaccine,
        lot=entry.lot,
        on=entry.administered_on,
        history=history,
        now=now if entry.source == Dose.Source.DESK else None,
        facility=entry.facility,
        sessions=entry.sessions,
    )
    if check.warnings and not (reason.text and reason.seen.issuperset(check.codes)):
        raise NeedsReasonError(check.warnings)
    return check.codes


def _refuse_impossible(person: Resident, entry: Entry, now: datetime) -> None:
    """What the database refuses too, said beside the field."""
    faults = {}
    if not 1 <= entry.dose_number <= MOST_DOSES:
        faults["dose_number"] = _("Enter a dose number from 1 to %(most)d.") % {"most": MOST_DOSES}
    if entry.lot and entry.lot.vaccine_id != entry.vaccine.pk:
        faults["lot"] = _("This lot belongs to another vaccine.")
    if entry.administered_on > timezone.localdate(now):
        faults["administered_on"] = _("This day lies in the future.")
    elif entry.administered_at and entry.administered_at > now:
        faults["administered_time"] = _("This time lies in the future.")
    elif person.date_of_birth and entry.administered_on < person.date_of_birth:
        faults["administered_on"] = _("This day lies before the person's birth (%(birth)s).") % {"birth": person.birth}
    if faults:
        raise ImpossibleDoseError(faults)


def _insert(person: Resident, dose: Dose) -> Dose:
    """Writers that do not hold the person's row, as an import, may come between: then what they wrote is told."""
    try:
        with transaction.atomic():
            dose.save(force_insert=True)
    except IntegrityError:
        recorded = list(Dose.objects.of_person(person.pk).valid().as_history())
        there = next((other for other in recorded if other.dose_number == dose.dose_number), None)
        if there is None:
            raise
        proposed = proposed_number([other.given for other in recorded], dose.administered_on)
        raise AlreadyRecordedError(there, proposed) from None
    dose.refresh_from_db(fields=["recorded_at"])
    return dose


def void_held(*, by: Actor, dose: Dose, reason: str) -> Dose:
    """Returns the dose, voided; its person is held by the caller, who works out what is due. Raises AlreadyVoidedError."""
    rows = Dose.objects.valid().filter(resident=dose.resident_id, pk=dose.pk)
    if not rows.update(voided_at=timezone.now(), voided_by=by.user, void_reason=reason):
        raise AlreadyVoidedError
    audit.record(by=by, action="dose.voided", subject=dose, resident=dose.resident_id, changes={"reason": reason})
    return Dose.objects.select_related("vaccine").get(resident=dose.resident_id, pk=dose.pk)


def issue_slip(dose: Dose) -> Slip:
    """Returns a new slip of the dose, its code used by no other."""
    for _attempt in range(CODE_ATTEMPTS):
        slip, is_new = Slip.objects.get_or_create(
            code=new_code(), defaults={"resident": dose.resident_id, "dose": dose}
        )
        if is_new:
            return slip
    raise RuntimeError("no free slip code found")
