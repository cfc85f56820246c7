"""The lists of doses due: who of a facility, in pages and logged; and how many of each facility of an area. Reads only."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils.formats import number_format
from django.utils.translation import ngettext

from residents.models import Resident
from vaccinations.due.forms import When
from vaccinations.due.keyset import Place, place_text
from vaccinations.due.querysets import DueDoseQuerySet
from vaccinations.models import DueDose, Facility, Vaccine
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User

PAGE = 50
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Line:
    """A dose due, and the person as they are now."""

    due: DueDose
    person: Resident
    product_names: list[str]


def group(when: str, today: date) -> Q:
    """Returns the condition of one group of days. No two groups have a person in common."""
    overdue = overdue_on(today)
    return {
        When.NOW: Q(recommended_on__lte=today) & ~overdue,
        When.WEEK: Q(recommended_on__gt=today, recommended_on__lte=today + timedelta(days=7)),
        When.MONTH: Q(recommended_on__gt=today + timedelta(days=7), recommended_on__lte=today + timedelta(days=30)),
        When.OVERDUE: overdue,
        When.UNDATED: Q(recommended_on=None),
    }[When(when)]


def overdue_on(today: date) -> Q:
    """Returns the condition of doses overdue: past the last day recommended, or where the schedule lays none down, so
    many days after the first (OVERDUE_AFTER_DAYS).
    """
    long_ago = today - timedelta(days=settings.OVERDUE_AFTER_DAYS)
    laid_down = Q(past_due_on__isnull=False, past_due_on__lt=today)
    return Q(recommended_on__lte=today) & (laid_down | Q(past_due_on=None, recommended_on__lt=long_ago))


def of_facility(facility: Facility, said: dict[str, Any], today: date) -> DueDoseQuerySet:
    """Returns the doses due of people who had their last dose there, narrowed by what the form said."""
    listed = DueDose.objects.due().at(facility).filter(group(said["when"], today))
    if said["vaccine"]:
        listed = listed.taking(said["vaccine"].code)
    return listed.aged(said["age_from"], said["age_to"], today)


@transaction.atomic
def page(
    listed: DueDoseQuerySet, *, after: Place | None, before: Place | None, by: Actor, reason: str = ""
) -> dict[str, Any]:
    """Returns one page of the list; everybody shown is logged, and with the reason where phones are shown."""
    found, has_more = listed.page_before(before, PAGE) if before else listed.page(after, PAGE)
    rows = _lines(found)
    numbers = [line.person.pk for line in rows]
    audit.record_each(by=by, action="due.listed", residents=numbers)
    if reason:
        audit.record_each(by=by, action="due.unmasked", residents=numbers, changes={"reason": reason})
    has_later, has_earlier = (True, has_more) if before else (has_more, after is not None)
    return {
        "lines": rows,
        "count": count_text(listed),
        "later": place_text(found[-1].recommended_on, found[-1].pk) if found and has_later else "",
        "earlier": place_text(found[0].recommended_on, found[0].pk) if found and has_earlier else "",
    }


def count_text(listed: DueDoseQuerySet) -> str:
    """Returns how many there are, counted no further than anybody reads."""
    count = listed.order_by()[: MOST_COUNTED + 1].count()
    if count > MOST_COUNTED:
        most = number_format(MOST_COUNTED, force_grouping=True)
        return ngettext("more than %(n)s person", "more than %(n)s people", MOST_COUNTED) % {"n": most}
    return ngettext("%(n)d person", "%(n)d people", count) % {"n": count}


def by_facility(user: User, today: date) -> list[dict[str, Any]]:
    """Returns, for each facility in use of the user's area, how many are in each group. Two statements."""
    facilities = list(Facility.objects.within_area_of(user).filter(is_active=True).select_related("unit"))
    counts = {when.value: Count("id", filter=group(when, today)) for when in When}
    rows = DueDose.objects.due().filter(facility__in=facilities).values("facility").annotate(**counts)
    found = {row["facility"]: row for row in rows}
    return [
        {"facility": facility, "counts": [found.get(facility.pk, {}).get(when.value, 0) for when in When]}
        for facility in facilities
    ]


def _lines(found: list[DueDose]) -> list[Line]:
    """A row under a number corrected since shows the person under the present one."""
    rows = Resident.objects.filter(pk__in=[due.resident for due in found]).select_related("superseded_by")
    people = {row.pk: row.superseded_by or row for row in rows}
    names = dict(Vaccine.objects.values_list("code", "name")) if found else {}
    return [
        Line(due, people[due.resident], [names.get(code, code) for code in due.products])
        for due in found
        if due.resident in people
    ]
