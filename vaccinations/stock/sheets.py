"""What a facility has and did: the sheet of a day, lot by lot, from the ledger and the doses. Reads only."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from vaccinations.models import DayClose, DayCloseLine, Dose, Facility, Ledger, Lot, StockEntry
from vaccinations.stock.figures import Figures

SOON = timedelta(days=30)


@dataclass(frozen=True)
class SheetLine:
    """One lot on the sheet of a day; the lot comes with its vaccine and `usable_until_then`."""

    lot: Lot
    figures: Figures
    day: date

    @property
    def is_expired(self) -> bool:
        until = self.lot.usable_until_then
        return until is not None and until < self.day

    @property
    def expires_soon(self) -> bool:
        until = self.lot.usable_until_then
        return until is not None and self.day <= until <= self.day + SOON

    @property
    def is_extended(self) -> bool:
        return self.lot.usable_until_then != self.lot.expires_on


@dataclass(frozen=True)
class Sheet:
    """All lots in stock or used at the facility since `last` was closed, up to `day`; no ledger, no lines."""

    facility: Facility
    day: date
    ledger: Ledger | None
    last: DayClose | None
    lines: list[SheetLine]

    @property
    def since(self) -> date:
        """The first day on the sheet: the one after the last closed day, or the ledger's first."""
        if self.last is None:
            return self.ledger.begun_on if self.ledger else self.day
        return min(self.last.day + timedelta(days=1), self.day)

    @property
    def is_closed(self) -> bool:
        """Whether the day was closed, be it with a later one."""
        return self.last is not None and self.last.day >= self.day

    @property
    def negative(self) -> list[SheetLine]:
        return [line for line in self.lines if line.figures.is_negative]

    @property
    def in_stock(self) -> list[SheetLine]:
        return [line for line in self.lines if line.figures.computed]

    def on_hand(self, lot: Lot) -> int:
        """How many doses of the lot are there by the ledger."""
        return next((line.figures.computed for line in self.lines if line.lot.pk == lot.pk), 0)


def sheet_of(facility: Facility, day: date) -> Sheet:
    """Returns the sheet that closing the facility on that day would sign. Six queries, however many lots and doses.

    With `day` today its closing numbers are what is on hand now.
    """
    ledger = Ledger.objects.filter(facility=facility).first()
    if ledger is None:
        return Sheet(facility, day, None, None, [])
    last = DayClose.objects.latest_of(facility)
    figures = figures_of(ledger, last, day)
    lots = Lot.objects.with_usable_until(day).listed().filter(pk__in=figures)
    return Sheet(facility, day, ledger, last, [SheetLine(lot, figures[lot.pk], day) for lot in lots])


def figures_of(ledger: Ledger, last: DayClose | None, day: date) -> dict[int, Figures]:
    """Returns the figures by lot of all that was in stock or moved between the last closed day and that one."""
    facts: dict[int, dict[str, int]] = defaultdict(dict)
    signed = DayCloseLine.objects.latest_of(ledger.facility_id) if last else ()
    for line in signed:
        facts[line.lot_id] = {"opening": line.counted, "signed_for": line.given_through}
    entries = StockEntry.objects.filter(facility=ledger.facility_id, on__lte=day).after(last)
    for row in entries.moved(last):
        facts[row.pop("lot")] |= row
    for row in given_by_lot(ledger, last, day):
        facts[row.pop("lot")] |= row
    found = {lot: _figures(**row) for lot, row in facts.items()}
    return {lot: figures for lot, figures in found.items() if figures.is_on_sheet}


def given_by_lot(ledger: Ledger, last: DayClose | None, day: date) -> Iterable[dict[str, int]]:
    """Rows of lot, doses `given` since the last closed day, and those of closed days as they are `earlier`. One query."""
    doses = Dose.objects.valid().filter(facility=ledger.facility_id, lot__isnull=False)
    doses = doses.filter(administered_on__gte=ledger.begun_on, administered_on__lte=day)
    is_earlier = Q(administered_on__lte=last.day) if last else Q(pk=None)
    # A column of the index, which the doses' own key is not in: counted by that, each dose would be fetched.
    day = "administered_on"
    counts = {"earlier": Count(day, filter=is_earlier), "given": Count(day, filter=~is_earlier)}
    return doses.order_by().values("lot").annotate(**counts)


def _figures(*, signed_for: int = 0, earlier: int = 0, given: int = 0, late: int = 0, **others: int) -> Figures:
    """A dose of a closed day that came after its closing takes one away, a voided one gives one back."""
    changed = late + signed_for - earlier
    return Figures(late=changed, given=given, given_through=earlier + given, **others)
