"""Who got a lot, and where it still is: in numbers by facility and day, and person by person, each one shown logged."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Max, Min, Q

from vaccinations.doses.querysets import DoseQuerySet
from vaccinations.models import Dose, Facility, Lot
from vaccinations.stock.area import on_hand_of
from vaxreg import audit
from vaxreg.actors import Actor

PAGE = 50
KEY = re.compile(r"([0-9]{1,18})-([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{1,18})")
# The edge of a page: facility, day and dose.
Place = tuple[int, date, int]


@dataclass(frozen=True)
class Recipients:
    """One page of doses of the lot; `next` leads on, empty on the last page."""

    doses: list[Dose]
    next: str


def read_place(text: str) -> Place | None:
    """Returns the place that an address names, or None where it names none."""
    match = KEY.fullmatch(text)
    try:
        return (int(match[1]), date.fromisoformat(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def doses_of(lot: Lot, facilities: list[int]) -> DoseQuerySet:
    """Returns the valid doses of the lot given at these facilities, by their keys."""
    # As a list: with them the planner knows how few of all facilities they are, and takes them in the index's order.
    return Dose.objects.valid().filter(lot=lot, facility__in=facilities)


def places_of(lot: Lot, facilities: list[int]) -> list[Facility]:
    """Returns the facilities that gave or keep the lot, each with `given`, `first`, `last` and `on_hand`; the most first."""
    figures = {"given": Count("*"), "first": Min("administered_on"), "last": Max("administered_on")}
    rows = doses_of(lot, facilities).order_by().values("facility").annotate(**figures)
    given = {row.pop("facility"): row for row in rows}
    on_hand = on_hand_of(lot, facilities)
    places = list(Facility.objects.filter(pk__in=given.keys() | on_hand.keys()).select_related("unit"))
    for place in places:
        facts = given.get(place.pk, {"given": 0, "first": None, "last": None})
        place.given, place.first, place.last = facts["given"], facts["first"], facts["last"]
        place.on_hand = on_hand.get(place.pk, 0)
    return sorted(places, key=lambda place: (-place.given, -place.on_hand, place.name))


def counts_by_day(lot: Lot, facilities: list[int]) -> list[dict]:
    """Returns rows of administered_on and doses, in the order of days. One query."""
    days = doses_of(lot, facilities).order_by().values("administered_on")
    return list(days.annotate(doses=Count("*")).order_by("administered_on"))


@transaction.atomic
def list_recipients(*, by: Actor, lot: Lot, facilities: list[int], after: Place | None) -> Recipients:
    """Returns a page of who got the lot at these facilities, and logs the list and each person shown.

    Everybody is on the list of exactly one area: of the one where the dose was given.
    """
    doses = doses_of(lot, facilities).order_by("facility_id", "administered_on", "pk")
    if after:
        doses = doses.filter(_beyond(after))
    # People come after the page is cut: joined, all who got the lot would be looked up to show fifty.
    found = list(doses.prefetch_related("resident__superseded_by", "facility")[: PAGE + 1])
    shown = found[:PAGE]
    people = sorted({dose.resident_id for dose in shown})
    audit.record(by=by, action="lot.recipients", subject=lot, changes={"lot": lot.lot_number, "count": len(shown)})
    audit.record_each(by=by, action="resident.recall-listed", subject=lot, residents=people)
    return Recipients(shown, _place_of(shown[-1]) if len(found) > PAGE else "")


@transaction.atomic
def reveal_phone(*, by: Actor, lot: Lot, dose: Dose, reason: str) -> Dose:
    """Returns the dose, whose recipient's phone may now be shown once; why is logged."""
    changes = {"reason": reason, "lot": lot.lot_number}
    audit.record(by=by, action="resident.unmasked", subject=lot, resident=dose.resident_id, changes=changes)
    return dose


def _beyond(place: Place) -> Q:
    """Rows after that place. The first condition is what the index begins at; the others settle what is shared."""
    facility, day, key = place
    same_facility = Q(facility=facility) & (Q(administered_on__gt=day) | Q(administered_on=day, pk__gt=key))
    return Q(facility__gte=facility) & (Q(facility__gt=facility) | same_facility)


def _place_of(dose: Dose) -> str:
    return f"{dose.facility_id}-{dose.administered_on.isoformat()}-{dose.pk}"
