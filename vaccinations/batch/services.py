"""Piles of paper slips: rows are kept as they are typed, and each is recorded on its own as soon as it says enough.

Whoever writes a row holds it (FOR UPDATE), then the person: a row sent twice, or by two clerks, makes one dose.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.holding import ResidentError
from residents.matching import Band, Candidate, candidates
from residents.models import Resident
from residents.phone import CARRIED_BY_MANY
from vaccinations.batch.reading import Reading, read_row
from vaccinations.desk.registering import PossibleDoubleError, register_at_clinic
from vaccinations.doses import services as doses
from vaccinations.models import COLUMNS, Dose, Facility, Lot, Pile, PileRow
from vaxreg import audit
from vaxreg.actors import Actor

State = PileRow.State
ROWS = 20
# The rows of one pile: more than anybody sorts by hand.
MOST_ROWS = 200
# The acts that record; a row merely left is kept as typed.
RECORDING = frozenset({"enter", "register"})
FIELDS = {"dose_number": "dose", "lot": "lot_number", "administered_on": "given_on"}


class BatchError(Exception):
    """A rule of the piles refuses; `message` tells the user what to do."""

    message = ""


class SavedMeanwhileError(BatchError):
    """Somebody else saved other texts in this row since the page was made: `row` as it is now."""

    def __init__(self, row: PileRow) -> None:
        super().__init__()
        self.row = row

    @property
    def message(self) -> str:
        moment = timezone.localtime(self.row.saved_at)
        facts = {"who": self.row.saved_by, "time": f"{moment:%H:%M}"}
        return _("%(who)s changed this row at %(time)s. Leave the row again to keep what you typed.") % facts


class NotYoursError(BatchError):
    message = gettext_lazy("You may take back your own rows of today. Ask a clinic lead for others.")


class PileClosedError(BatchError):
    message = gettext_lazy("The pile is finished. Correct its doses at the desk.")


class RowsOpenError(BatchError):
    message = gettext_lazy(
        "Some rows are not recorded yet. Mend or empty them, or put them into the tray; then finish."
    )


@transaction.atomic
def open_pile(
    *,
    by: Actor,
    facility: Facility,
    lot: Lot,
    given_on: date,
    vaccinator: str = "",
    dose_number: int | None = None,
) -> Pile:
    """Returns a new pile with twenty empty rows."""
    constants = {"lot": lot, "given_on": given_on, "vaccinator": vaccinator, "dose_number": dose_number}
    pile = Pile.objects.create(facility=facility, opened_by=by.user, **constants)
    add_rows(by=by, pile=pile)
    audit.record(by=by, action="pile.opened", subject=pile, changes={"facility": facility.code})
    return pile


@transaction.atomic
def change_pile(*, by: Actor, pile: Pile, **constants: object) -> Pile:
    """Returns the pile with these constants; rows recorded before keep what they were recorded with."""
    held = Pile.objects.select_for_update().get(pk=pile.pk)
    for name, value in constants.items():
        setattr(held, name, value)
    held.save(update_fields=list(constants))
    audit.record(by=by, action="pile.changed", subject=held)
    return held


@transaction.atomic
def add_rows(*, by: Actor, pile: Pile, rows: int = ROWS) -> None:
    """Adds empty rows behind the last one, up to MOST_ROWS."""
    Pile.objects.select_for_update().get(pk=pile.pk)
    last = pile.rows.aggregate(last=Max("position"))["last"] or 0
    PileRow.objects.bulk_create(
        PileRow(pile=pile, position=last + place) for place in range(1, min(rows, MOST_ROWS - last) + 1)
    )


@transaction.atomic
def log_shown(*, by: Actor, pile: Pile, rows: Collection[PileRow]) -> None:
    """Logs whose records the page of the pile shows."""
    residents = {row.recorded_dose.resident_id for row in rows if row.recorded_dose}
    audit.record_each(by=by, action="pile.read", residents=sorted(residents), subject=pile)


@transaction.atomic
def enter(*, by: Actor, row: PileRow, texts: dict[str, str], version: int, now: datetime, act: str = "") -> PileRow:
    """Returns the row, kept as typed; `said` tells what is missing or wrong. A row that is recorded stays as it is.

    `act`: "enter" records it if it says enough; "register" does, with the person, whom nobody knows; "tray" puts it there.
    Raises SavedMeanwhileError, PileClosedError.
    """
    held = _hold(row)
    if not held.is_draft:
        return held
    changed = {name: texts.get(name, "") for name in COLUMNS} != held.texts
    if changed and version != held.version and held.saved_by_id != by.user.pk:
        raise SavedMeanwhileError(held)
    if changed or act:
        _keep(held, by, texts, now)
    if held.is_empty:
        held.said, held.may_register = [], False
    elif act == "tray":
        held.state, held.said = State.TRAY, []
    elif changed or act:
        settle(by=by, row=held, now=now, records=act in RECORDING, registers=act == "register")
    held.save()
    return held


def settle(*, by: Actor, row: PileRow, now: datetime, records: bool, registers: bool = False) -> None:
    """Reads the held row; if it `records`, finds its person and records its dose, as far as that goes."""
    reading = read_row(row, on=timezone.localdate(now))
    row.said, row.may_register = reading.faults, False
    if records and not reading.faults:
        person = _person(by, row, reading, registers)
        if person:
            record(by=by, row=row, reading=reading, person=person, now=now)


def _person(by: Actor, row: PileRow, reading: Reading, registers: bool) -> Resident | None:
    found = candidates(reading.facts)
    audit.record_each(by=by, action="pile.compared", residents=[each.resident.pk for each in found], subject=row)
    if found and found[0].band == Band.SAME:
        return found[0].resident
    if found and found[0].band == Band.DISAGREES:
        row.said = [("number", "number-others")]
    elif found or not reading.number:
        _put_into_tray(row, found)
    elif registers:
        return register(by=by, row=row, reading=reading)
    else:
        row.may_register = True
        row.said = [("number", "number-nobodys")]
    return None


def _put_into_tray(row: PileRow, found: list[Candidate]) -> None:
    row.state = State.TRAY
    row.said = [("", "somebody-alike" if found else "nobody-alike")]


def register(*, by: Actor, row: PileRow, reading: Reading, seen: tuple[str, ...] = ()) -> Resident | None:
    """Returns the person of the slip, newly registered; None where that needs somebody who looks: `said` tells why."""
    is_shared = bool(reading.phone) and Resident.objects.carrying(reading.phone).count() >= CARRIED_BY_MANY
    if is_shared and not row.reason:
        row.said = [("phone", "phone-of-many")]
        return None
    unit = row.pile.facility.unit
    facts = {"full_name": reading.full_name, "birth": reading.birth, "sex": reading.sex, "phone": reading.phone}
    facts |= {"province": unit.parent or unit, "phone_reason": row.reason if is_shared else ""}
    try:
        return register_at_clinic(by=by, number=reading.number or None, seen=seen, **facts)
    except PossibleDoubleError:
        row.state, row.said = State.TRAY, [("", "namesake")]
    except ResidentError as error:
        row.said = [("number", str(error.message))]
    return None


def record(*, by: Actor, row: PileRow, reading: Reading, person: Resident, now: datetime) -> None:
    """Records the held row's dose for the person; what the register says against it is put into `said`."""
    reason = doses.Reason(row.reason, frozenset(row.warned)) if row.reason else doses.Reason()
    try:
        dose = doses.record_dose(by=by, resident=person, entry=_entry(row, reading), now=now, reason=reason)
        row.state, row.recorded_dose, row.said = State.RECORDED, dose, []
    except doses.ImpossibleDoseError as error:
        row.said = [(FIELDS.get(name, ""), str(sentence)) for name, sentence in error.faults.items()]
    except doses.AlreadyRecordedError as error:
        _tell_taken(row, reading, error)
    except doses.NeedsReasonError as error:
        row.warned = [warning.code.value for warning in error.warnings]
        row.said = [("reason", str(warning.message)) for warning in error.warnings]
    except (doses.DoseError, ResidentError) as error:
        row.said = [("", str(error.message))]


def _entry(row: PileRow, reading: Reading) -> doses.Entry:
    return doses.Entry(
        dose_number=reading.dose_number,
        vaccine=reading.lot.vaccine,
        lot=reading.lot,
        facility=row.pile.facility,
        administered_on=reading.given_on,
        administered_at=None,
        vaccinator=row.pile.vaccinator,
        key=row.key,
        source=Dose.Source.PAPER,
    )


def _tell_taken(row: PileRow, reading: Reading, error: doses.AlreadyRecordedError) -> None:
    """The same dose once more is nothing to do; another one under its number is for somebody to mend."""
    same = error.dose.administered_on == reading.given_on and error.dose.vaccine_id == reading.lot.vaccine_id
    if same:
        row.state, row.recorded_dose, row.said = State.ALREADY, error.dose, []
    else:
        row.said = [("dose", str(error.message))]


@transaction.atomic
def take_back(*, by: Actor, row: PileRow) -> PileRow:
    """Returns the row, open again to be mended; its dose is voided.

    Raises NotYoursError, PileClosedError, AlreadyVoidedError of the dose register.
    """
    held = _hold(row)
    if held.pile.closed_at:
        raise PileClosedError
    _refuse_others(by, held)
    if held.state == State.RECORDED:
        doses.void_dose(by=by, dose=held.recorded_dose, reason=_("Taken back while the paper slips were typed."))
    if held.state in (State.RECORDED, State.ALREADY, State.SET_ASIDE):
        aside = held.state == State.SET_ASIDE
        held.state, held.recorded_dose = State.TRAY if aside else State.DRAFT, None
        # What was recorded keeps its key; what is recorded next is another dose.
        held.key, held.said, held.warned = uuid4(), [], []
        held.version += 1
        held.save()
        audit.record(by=by, action="pile.row-taken-back", subject=held)
    return held


@transaction.atomic
def close_pile(*, by: Actor, pile: Pile, now: datetime) -> Pile:
    """Returns the pile, finished; its empty rows go. Raises RowsOpenError while something typed has come to nothing."""
    held = Pile.objects.select_for_update().get(pk=pile.pk)
    drafts = list(held.rows.filter(state=State.DRAFT).select_for_update())
    if any(not row.is_empty for row in drafts):
        raise RowsOpenError
    PileRow.objects.filter(pk__in=[row.pk for row in drafts]).delete()
    held.closed_at = held.closed_at or now
    held.save(update_fields=["closed_at"])
    audit.record(by=by, action="pile.closed", subject=held)
    return held


def _refuse_others(by: Actor, row: PileRow) -> None:
    if row.state != State.RECORDED:
        return
    mine = Dose.objects.correctable_by(by.user, timezone.localdate())
    if not mine.filter(resident=row.recorded_dose.resident_id, pk=row.recorded_dose_id).exists():
        raise NotYoursError


def _hold(row: PileRow) -> PileRow:
    """The row as it is now; finishing a pile deletes its empty ones."""
    rows = PileRow.objects.select_for_update(of=("self",)).with_pile()
    held = rows.filter(pk=row.pk).first()
    if held is None:
        raise PileClosedError
    return held


def _keep(row: PileRow, by: Actor, texts: dict[str, str], now: datetime) -> None:
    for name in COLUMNS:
        setattr(row, name, texts.get(name, ""))
    row.version, row.saved_at, row.saved_by = row.version + 1, now, by.user
