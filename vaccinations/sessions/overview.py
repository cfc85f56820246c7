"""Registrations and sessions of an area in numbers. Exact, and for who answers for the area only: nothing leaves it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from vaccinations.models import Appointment, ClinicSession
from vaccinations.registration.querysets import RegisteredPersonQuerySet
from vaccinations.sessions.querysets import ClinicSessionQuerySet

DAYS_AHEAD = 7
MOST_SESSIONS = 200


def figures(people: RegisteredPersonQuerySet) -> list[dict[str, Any]]:
    """Returns, by group in the order of the groups, how many are registered, invited, and wait."""
    group = {"name": F("priority_group__name"), "name_en": F("priority_group__name_en")}
    rows = _counted(people, position=F("priority_group__position"), **group)
    return list(rows.order_by(F("position").asc(nulls_last=True), "name"))


def figures_by_ward(people: RegisteredPersonQuerySet) -> list[dict[str, Any]]:
    """Returns, by ward of living, how many are registered, invited, and wait; where most wait first."""
    ward = {"name": F("ward__name"), "name_en": F("ward__name_en"), "key": F("ward")}
    return list(_counted(people, **ward).order_by("-waiting", "name"))


def coming_sessions(sessions: ClinicSessionQuerySet, day: date) -> list[ClinicSession]:
    """Returns the sessions of a week from that day on, with their figures, by day and facility."""
    week = sessions.filter(held_on__gte=day, held_on__lt=day + timedelta(days=DAYS_AHEAD)).with_figures()
    found = week.select_related("facility").prefetch_related("vaccines")
    return list(found.order_by("held_on", "facility__name", "opens_at")[:MOST_SESSIONS])


def total(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Returns the sums of the figures."""
    return {name: sum(row[name] for row in rows) for name in ("registered", "invited", "seen", "waiting")}


def _counted(people: RegisteredPersonQuerySet, **by: Any) -> RegisteredPersonQuerySet:
    own = Appointment.objects.filter(person=OuterRef("pk"))
    known = people.filter(withdrawn_at=None).annotate(
        is_invited=Exists(own.live()), is_seen=Exists(own.filter(state=Appointment.State.DONE))
    )
    waiting = Q(is_invited=False, is_seen=False)
    return (
        known.order_by()
        .values(**by)
        .annotate(
            registered=Count("pk"),
            invited=Count("pk", filter=Q(is_invited=True)),
            seen=Count("pk", filter=Q(is_invited=False, is_seen=True)),
            waiting=Count("pk", filter=waiting),
        )
    )
