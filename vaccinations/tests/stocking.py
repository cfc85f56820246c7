"""Stock for tests: a facility with doses of a lot in its ledger, and what was given of them."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.utils import timezone

from vaccinations.models import Dose, Facility, Lot, StockEntry
from vaccinations.stock import services
from vaccinations.stock.closing import Counted, close_day
from vaccinations.stock.sheets import sheet_of
from vaccinations.tests.factories import DoseFactory
from vaxreg.tests.factories import actor


def received(facility: Facility, lot: Lot, doses: int = 100, *, on: date | None = None, **other: Any) -> StockEntry:
    """Doses that came from the province's store; `on` another day than today begins the ledger there."""
    today = on or timezone.localdate()
    facts = {"party": "Kho tỉnh", "document": "PX-1", "on": today, "today": today, "key": uuid4(), "by": actor()}
    return services.receive(facility=facility, lot=lot, doses=doses, **facts | other)


def wasted(facility: Facility, lot: Lot, doses: int = 1, **other: Any) -> StockEntry:
    today = timezone.localdate()
    facts = {"reason": "broken", "note": "", "on": today, "today": today, "key": uuid4(), "by": actor()}
    return services.waste(facility=facility, lot=lot, doses=doses, **facts | other)


def given(facility: Facility, lot: Lot, doses: int = 1, **other: Any) -> list[Dose]:
    return [DoseFactory(facility=facility, lot=lot, **other) for _n in range(doses)]


def closed(facility: Facility, *, on: date | None = None, counted: dict[int, int] | None = None, **other: Any) -> Any:
    """The day closed as the ledger says, or on these counts by lot, each explained."""
    day = on or timezone.localdate()
    counts = {}
    for line in sheet_of(facility, day).lines:
        doses = (counted or {}).get(line.lot.pk, max(line.figures.computed, 0))
        why = "" if doses == line.figures.computed else "Đếm lại"
        counts[line.lot.pk] = Counted(doses, why, seen=line.figures.computed)
    facts = {"by": actor(), "now": timezone.now()}
    return close_day(facility=facility, day=day, counts=counts, **facts | other)
