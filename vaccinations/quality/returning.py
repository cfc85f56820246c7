"""Work lists that come back: read by the reader of sheets, and applied row by row by a worker, each row once.

A row is applied as a decision on its page would be. What has changed since the file was made is not touched, and said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from residents.models import Resident
from vaccinations.imports.reading import Sheet, UnreadableFileError, open_sheet
from vaccinations.imports.reading.faults import FAULTS
from vaccinations.models import MOST_DOSES, QualityCase, ReturnedList, ReturnedRow
from vaccinations.quality import errors
from vaccinations.quality.deciding import Decision, decide
from vaccinations.quality.exporting import FIELDS, OFFERED, PURPOSE
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.exports.forms import NUMBER
from vaxreg.jobs import enqueue, job
from vaxreg.sealing import BrokenSealError, unseal

State = ReturnedList.State
NEEDED = ("case", "decision", "number", "reason")
SPACES = re.compile(r"\s+")
SHORTEST_REASON, LONGEST_REASON = 3, 200
WHY_NOT = {
    "key": _("The key of this row was changed or cut off. Take the list out again."),
    "elsewhere": _("This case is not of your area any more."),
    "no-choice": _("No decision is chosen, though something stands in the other cells."),
    "choice": _("No decision has this name. Choose one from the list in the cell."),
    "no-reason": _("The decision has no reason."),
    "bad-reason": _("The reason is too long, or holds the number of a person."),
    "bad-number": _("The dose number cannot be read."),
    "stale": _("The case has changed since the list was made: somebody decided or asked. Nothing was done."),
    "taken": _("Somebody has the case in work at the moment. Nothing was done."),
    "decided": _("The case is decided already. Nothing was done."),
    "nobody": _("Nobody in the register is shown for this row. Open the case and choose the person."),
    "number-taken": _("The person has a dose of this number on another day. Open the case, or give the right number."),
    "unusual": _("Recorded, the dose would be unusual. Open the case, look at the warnings and decide there."),
    "dose": _("The dose register refuses this dose. Open the case to see why."),
    "refused": _("This decision does not fit this kind of case."),
}
MISSING = "columns"
MISSING_COLUMNS = _(
    "The columns of the key, the decision, the dose number and the reason are not all there. Take the list out again."
)


class RowFaultError(Exception):
    """What a row says cannot be applied: `code` of WHY_NOT."""

    def __init__(self, code: str, case: QualityCase | None = None) -> None:
        super().__init__(code)
        self.code, self.case = code, case


@dataclass(frozen=True)
class Said:
    """A row of the file with something in its cells for a decision, as text."""

    row: int
    case: str
    decision: str
    number: str
    reason: str


@transaction.atomic
def receive(*, by: Actor, file: BinaryIO, name: str) -> ReturnedList:
    """Returns the list that came back, which a worker applies now."""
    file.seek(0)
    returned = ReturnedList.objects.create(sent_by=by.user, file_name=name[-200:], content=file.read())
    audit.record(by=by, action="quality.list-received", subject=returned)
    enqueue(apply, pk=returned.pk)
    return returned


def fail(pk: int, failure: str = "unexpected") -> None:
    """Gives the list up; what was applied of it stays."""
    ReturnedList.objects.filter(pk=pk, state=State.RECEIVED).update(state=State.FAILED, failure=failure, content=None)


@job(given_up=fail)
def apply(pk: int) -> None:
    """Applies what the list says, row by row; begun again, it goes on after the rows that are done."""
    returned = ReturnedList.objects.select_related("sent_by").get(pk=pk)
    if returned.state != State.RECEIVED:
        return
    try:
        rows, empty = said_in(BytesIO(bytes(returned.content)))
    except UnreadableFileError as error:
        return fail(pk, error.code)
    by = Actor(user=returned.sent_by, address=None, channel="worker")
    done = set(returned.rows.values_list("row", flat=True))
    for said in rows:
        if said.row not in done:
            _apply_row(by, returned, said)
    _finish(by, returned, empty)


@transaction.atomic
def _finish(by: Actor, returned: ReturnedList, empty: int) -> None:
    returned.state, returned.done_at, returned.content = State.DONE, timezone.now(), None
    returned.applied, returned.empty = returned.rows.filter(fault="").count(), empty
    returned.save()
    changes = {"applied": returned.applied, "not": returned.rows.exclude(fault="").count(), "empty": empty}
    audit.record(by=by, action="quality.list-applied", subject=returned, changes=changes)


def said_in(file: BinaryIO) -> tuple[list[Said], int]:
    """Returns the rows with a decision, and how many have none. Raises UnreadableFileError, "columns" where some are missing."""
    sheet = open_sheet(file)
    places = _places(sheet)
    if len(places) < len(NEEDED):
        raise UnreadableFileError(MISSING)
    rows = list(_rows(sheet, places))
    said = [row for row in rows if row.decision or row.reason or row.number]
    return said, len([row for row in rows if row.case]) - len([row for row in said if row.case])


def _rows(sheet: Sheet, places: dict[str, int]) -> Iterator[Said]:
    for row in sheet.rows():
        cells = {name: row.cells[place].strip() if place < len(row.cells) else "" for name, place in places.items()}
        # The last row says that the list ends there.
        if cells["case"].startswith("gAAAAA") or cells["decision"]:
            yield Said(row.number, **cells)


def _places(sheet: Sheet) -> dict[str, int]:
    """Where the columns stand, by their headings in any language of ours."""
    headings = {_plain(heading): place for place, heading in enumerate(sheet.headings)}
    named = {field.code: field.label for field in FIELDS if field.code in NEEDED}
    found = {code: headings[text] for code, label in named.items() for text in _in_languages(label) if text in headings}
    return found


def _in_languages(label: object) -> list[str]:
    texts = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts.append(_plain(str(label)))
    return texts


def _plain(text: str) -> str:
    return SPACES.sub(" ", text).strip().casefold()


def _apply_row(by: Actor, returned: ReturnedList, said: Said) -> None:
    """Decides what the row says and notes what became of it: both, or neither."""
    with transaction.atomic():
        case, fault = None, ""
        try:
            with transaction.atomic():
                case = _decided(by, said)
        except RowFaultError as error:
            case, fault = error.case, error.code
        ReturnedRow.objects.create(returned_list=returned, row=said.row, case=case, fault=fault)


def _decided(by: Actor, said: Said) -> QualityCase:
    key, version = _key(said.case)
    case = QualityCase.objects.visible_to(by.user).select_related("sheet_dose", "pair").filter(pk=key).first()
    if case is None:
        raise RowFaultError("elsewhere")
    try:
        decide(by=by, case=case, decision=_decision(said, case), version=version, now=timezone.now())
    except errors.CaseError as error:
        raise RowFaultError(error.code, case) from error
    return case


def _key(text: str) -> tuple[int, int]:
    try:
        key, version = unseal(text, purpose=PURPOSE)
    except (BrokenSealError, TypeError, ValueError) as error:
        raise RowFaultError("key") from error
    return key, version


def _decision(said: Said, case: QualityCase) -> Decision:
    if not said.decision:
        raise RowFaultError("no-choice", case)
    choice = next((choice for choice in OFFERED if _plain(said.decision) in _in_languages(choice.label)), None)
    if choice is None:
        raise RowFaultError("choice", case)
    if len(said.reason) < SHORTEST_REASON:
        raise RowFaultError("no-reason", case)
    if len(said.reason) > LONGEST_REASON or NUMBER.search(said.reason):
        raise RowFaultError("bad-reason", case)
    number = said.number.removesuffix(".0")
    if number and not (number.isascii() and number.isdigit() and 1 <= int(number) <= MOST_DOSES):
        raise RowFaultError("bad-number", case)
    # Whom the file showed: the person whom the import found.
    shown = case.sheet_dose.person if case.sheet_dose else None
    known = Resident.objects.by_number(shown or "").values_list("pk", flat=True).first()
    return Decision(choice, said.reason, known or "", int(number) if number else None)


def sentence_of(returned: ReturnedList) -> str:
    """Returns why the list could not be read, and what to do; nothing where it could."""
    if not returned.failure:
        return ""
    known = FAULTS | {MISSING: MISSING_COLUMNS, "unexpected": errors.UNEXPECTED}
    return str(known.get(returned.failure, errors.UNEXPECTED)) % {"row": "?"}
