"""Signing off the evening's sheet of a facility, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vaccinations.models import DayClose, DayCloseLine, Facility, Ledger, StockEntry
from vaccinations.stock.figures import MOVED, difference_of, must_be_explained
from vaccinations.stock.services import DayNotOpenError, StockError, first_open_day, hold_ledger
from vaccinations.stock.sheets import Sheet, SheetLine, sheet_of
from vaccinations.stock.vials import clear_table
from vaxreg import audit
from vaxreg.actors import Actor


class AlreadyClosedError(StockError):
    """Somebody closed the day, or a later one, before: `close`."""

    message = _("This day is closed already.")

    def __init__(self, close: DayClose) -> None:
        super().__init__()
        self.close = close


class NumbersChangedError(StockError):
    """Doses or entries were recorded between looking and signing."""

    message = _("While you were counting, something was recorded. Look at the numbers again, then close the day.")


class UnexplainedLinesError(StockError):
    """Lots whose count differs from the ledger without an explanation, by their keys: `lots`."""

    message = _("Explain every difference to close the day.")

    def __init__(self, lots: list[int]) -> None:
        super().__init__()
        self.lots = lots


@dataclass(frozen=True)
class Counted:
    """What was counted of a lot in the evening, why it differs, and the closing number that was on the screen."""

    doses: int
    explanation: str
    seen: int


@transaction.atomic
def close_day(*, by: Actor, facility: Facility, day: date, counts: Mapping[int, Counted], now: datetime) -> DayClose:
    """Returns the day, closed on these counts (by lot): each difference becomes an entry with its explanation.

    Raises AlreadyClosedError, DayNotOpenError, NumbersChangedError, UnexplainedLinesError.
    """
    today = timezone.localdate(now)
    ledger = hold_ledger(facility, today)
    sheet = sheet_of(facility, day)
    if sheet.is_closed:
        raise AlreadyClosedError(sheet.last)
    if not first_open_day(ledger, sheet.last, today) <= day <= today:
        raise DayNotOpenError(first_open_day(ledger, sheet.last, today), today)
    _refuse_open_questions(sheet, counts)
    for line in sheet.lines:
        _book_difference(by, ledger, line, counts[line.lot.pk], day)
    close = _sign(by, sheet, counts, now)
    clear_table(by=by, facility=facility, now=now)
    differences = {line.lot.lot_number: difference_of(line.figures, counts[line.lot.pk].doses) for line in sheet.lines}
    changes = {"day": day, "since": close.since, "differences": {lot: n for lot, n in differences.items() if n}}
    audit.record(by=by, action="stock.day-closed", subject=close, changes=changes)
    return close


def _refuse_open_questions(sheet: Sheet, counts: Mapping[int, Counted]) -> None:
    seen = {lot: counted.seen for lot, counted in counts.items()}
    if seen != {line.lot.pk: line.figures.computed for line in sheet.lines}:
        raise NumbersChangedError
    unexplained = [
        line.lot.pk
        for line in sheet.lines
        if must_be_explained(line.figures, counts[line.lot.pk].doses) and not counts[line.lot.pk].explanation
    ]
    if unexplained:
        raise UnexplainedLinesError(unexplained)


def _book_difference(by: Actor, ledger: Ledger, line: SheetLine, counted: Counted, day: date) -> None:
    difference = difference_of(line.figures, counted.doses)
    if difference:
        StockEntry.objects.create(
            facility=ledger.facility,
            lot=line.lot,
            kind=StockEntry.Kind.COUNTED,
            doses=difference,
            counted=counted.doses,
            on=day,
            note=counted.explanation,
            recorded_by=by.user,
            idempotency_key=uuid4(),
        )


def _sign(by: Actor, sheet: Sheet, counts: Mapping[int, Counted], now: datetime) -> DayClose:
    entries = StockEntry.objects.filter(facility=sheet.facility)
    close = DayClose.objects.create(
        facility=sheet.facility,
        day=sheet.day,
        since=sheet.since,
        last_entry=entries.aggregate(last=Max("id"))["last"] or 0,
        closed_by=by.user,
        closed_at=now,
    )
    DayCloseLine.objects.bulk_create(
        DayCloseLine(
            close=close,
            lot=line.lot,
            computed=line.figures.computed,
            counted=counts[line.lot.pk].doses,
            explanation=counts[line.lot.pk].explanation,
            given_through=line.figures.given_through,
            opening=line.figures.opening,
            **{name: getattr(line.figures, name) for name in MOVED},
        )
        for line in sheet.lines
    )
    return close
