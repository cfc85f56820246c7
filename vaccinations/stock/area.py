"""The stock of the facilities of an area, as its manager oversees it. Reads only."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, DateTimeField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce, Least

from vaccinations.models import DayClose, Dose, Facility, Lot, StockEntry
from vaccinations.stock.sheets import SOON

PAGE = 25
# Doses on hand by facility and lot.
Sums = dict[tuple[int, int], int]


class Show(StrEnum):
    """Which facilities an overview shows."""

    ALL = ""
    NEGATIVE = "negative"
    EXPIRING = "expiring"
    OPEN = "open"


@dataclass(frozen=True)
class Holding:
    """How many doses of a lot are on hand at a facility; the lot comes with its vaccine and `usable_until_then`."""

    lot: Lot
    on_hand: int
    today: date

    @property
    def is_negative(self) -> bool:
        return self.on_hand < 0

    @property
    def is_expired(self) -> bool:
        until = self.lot.usable_until_then
        return until is not None and until < self.today

    @property
    def expires_soon(self) -> bool:
        """Within thirty days."""
        until = self.lot.usable_until_then
        return until is not None and self.today <= until <= self.today + SOON


@dataclass(frozen=True)
class Overview:
    """One page of facilities, each with `holdings`, `begun_on`, `closed_through` and `open_since`; `next` leads on."""

    facilities: list[Facility]
    next: int | None


def overview(among: QuerySet, *, show: str, after: int | None, today: date) -> Overview:
    """Returns a page of the facilities `among`, by name, with what each has. As many queries for one as for a page."""
    wanted = _shown(with_days(among, today), show, today)
    edge = among.filter(pk=after).first() if after else None
    if edge:
        wanted = wanted.filter(Q(name__gt=edge.name) | Q(name=edge.name, pk__gt=edge.pk))
    found = list(wanted.select_related("unit", "ledger").order_by("name", "pk")[: PAGE + 1])
    shown = found[:PAGE]
    holdings = holdings_of([facility.pk for facility in shown], today)
    for facility in shown:
        facility.holdings = holdings.get(facility.pk, [])
    return Overview(shown, shown[-1].pk if len(found) > PAGE else None)


def with_days(facilities: QuerySet, today: date) -> QuerySet:
    """Each with `closed_through`, its last closed day, and `open_since`: the first day before today that moved and is open."""
    last = DayClose.objects.filter(facility=OuterRef("pk")).order_by("-day").values("day")[:1]
    facilities = facilities.annotate(closed_through=Subquery(last))
    # With no closed day all days from the ledger's first on are open.
    through = Coalesce(OuterRef("closed_through"), date.min)
    doses = Dose.objects.in_ledgers().filter(
        facility=OuterRef("pk"),
        administered_on__lt=today,
        administered_on__gt=through,
        # No dose is given after it is recorded: what was recorded before that day need not be looked at.
        recorded_at__gte=Cast(through, DateTimeField()),
    )
    entries = StockEntry.objects.filter(facility=OuterRef("pk"), on__lt=today, on__gt=through)
    first_dose = doses.order_by("administered_on").values("administered_on")[:1]
    first_entry = entries.order_by("on").values("on")[:1]
    return facilities.annotate(open_since=Least(Subquery(first_dose), Subquery(first_entry)))


def open_since(facility: Facility, today: date) -> date | None:
    """Returns the first day before today that moved at the facility and is not closed; None where all is."""
    return with_days(Facility.objects.filter(pk=facility.pk), today).values_list("open_since", flat=True).get()


def holdings_of(facilities: Collection[int], today: date) -> dict[int, list[Holding]]:
    """Returns what is on hand at each of these facilities, by their keys; lots of which nothing is there are left out.

    The sum of the ledger's entries less the doses given: the same number as on the facility's own sheet.
    """
    sums = {place: on_hand for place, on_hand in _on_hand(facilities).items() if on_hand}
    lots = Lot.objects.with_usable_until(today).listed().filter(pk__in={lot for _facility, lot in sums})
    found = defaultdict(list)
    for lot in lots:
        for facility in facilities:
            if (facility, lot.pk) in sums:
                found[facility].append(Holding(lot, sums[facility, lot.pk], today))
    return found


def on_hand_of(lot: Lot, facilities: Collection[int]) -> dict[int, int]:
    """Returns how many doses of one lot are on hand, by the key of the facility; where there are none it is left out."""
    sums = _on_hand(facilities, lots=[lot.pk])
    return {facility: n for (facility, _lot), n in sums.items() if n}


def _shown(facilities: QuerySet, show: str, today: date) -> QuerySet:
    if show == Show.OPEN:
        return facilities.filter(open_since__isnull=False)
    if show == Show.NEGATIVE:
        return facilities.filter(pk__in={place[0] for place, n in _on_hand(_keys(facilities)).items() if n < 0})
    if show == Show.EXPIRING:
        # Few lots expire at a time: only their doses are counted.
        soon = Lot.objects.with_usable_until(today).filter(usable_until_then__range=(today, today + SOON))
        sums = _on_hand(_keys(facilities), lots=list(soon.values_list("pk", flat=True)))
        return facilities.filter(pk__in={place[0] for place, n in sums.items() if n > 0})
    return facilities


def _keys(facilities: QuerySet) -> list[int]:
    return list(facilities.filter(ledger__isnull=False).values_list("pk", flat=True))


def _on_hand(facilities: Collection[int], lots: list[int] | None = None) -> Sums:
    """Two queries: what the ledgers say of these lots, or of all, and what was given."""
    entries = StockEntry.objects.filter(facility__in=facilities).order_by()
    doses = Dose.objects.in_ledgers().filter(facility__in=facilities).order_by()
    if lots is not None:
        entries, doses = entries.filter(lot__in=lots), doses.filter(lot__in=lots)
    sums: Sums = defaultdict(int)
    for facility, lot, moved in entries.values_list("facility", "lot").annotate(moved=Sum("doses")):
        sums[facility, lot] += moved
    for facility, lot, given in doses.values_list("facility", "lot").annotate(given=Count("*")):
        sums[facility, lot] -= given
    return sums
