"""The stock of facilities over one day, in doses of all lots together. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from vaccinations.models import Dose, Facility, StockEntry

Kind = StockEntry.Kind
CAME_IN = (Kind.RECEIVED, Kind.ARRIVED, Kind.CAME_BACK)


@dataclass(frozen=True)
class StockDay:
    """What a facility had in the morning, and what became of it; `other` carries its sign: sent on, returned, counted."""

    at_start: int
    received: int
    given: int
    wasted: int
    other: int

    @property
    def on_hand(self) -> int:
        """At the end of the day; of today, now."""
        return self.at_start + self.received - self.given - self.wasted + self.other


def stock_of_day(facilities: Collection[Facility], on: date) -> dict[int, StockDay]:
    """Returns the stock of each facility that keeps a ledger by then, by its key. Two queries, however many there are."""
    found = {
        facility: {"at_start": before, "received": received, "given": 0, "wasted": wasted, "other": other}
        for facility, before, received, wasted, other in _moved(facilities, on)
    }
    doses = Dose.objects.in_ledgers().filter(facility__in=list(found), administered_on__lte=on).order_by()
    is_before = Q(administered_on__lt=on)
    # A column of the index, as in sheets.given_by_lot.
    day = "administered_on"
    counts = {"before": Count(day, filter=is_before), "given": Count(day, filter=~is_before)}
    for facility, before, given in doses.values_list("facility").annotate(**counts):
        found[facility]["at_start"] -= before
        found[facility]["given"] = given
    return {facility: StockDay(**facts) for facility, facts in found.items()}


def _moved(facilities: Collection[Facility], on: date) -> Collection[tuple[int, ...]]:
    """Rows of facility, sum of all before the day, and what of the day came in, was wasted (positive), and the rest."""
    entries = StockEntry.objects.filter(facility__in=facilities, on__lte=on).order_by()
    of_day, came_in, wasted = Q(on=on), Q(kind__in=CAME_IN), Q(kind=Kind.WASTED)
    sums = {
        "before": Coalesce(Sum("doses", filter=~of_day), 0),
        "received": Coalesce(Sum("doses", filter=of_day & came_in), 0),
        "wasted": -Coalesce(Sum("doses", filter=of_day & wasted), 0),
        "other": Coalesce(Sum("doses", filter=of_day & ~came_in & ~wasted), 0),
    }
    return list(entries.values_list("facility").annotate(**sums))
