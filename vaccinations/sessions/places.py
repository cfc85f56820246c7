"""How many places the hours of a session have left."""

from datetime import datetime, time

from django.utils import timezone

from vaccinations.models import Appointment, ClinicSession, Facility
from vaccinations.sessions.hours import Hour

MOST_SESSIONS_SEARCHED = 20


def hours_of(session: ClinicSession) -> list[Hour]:
    """Returns the hours of the session with the places taken in each. One query."""
    rows = Appointment.objects.filter(session=session).taken_by_hour()
    taken = {row["starts_at"]: row["taken"] for row in rows}
    return [Hour(at, session.capacity_per_hour, taken.get(at, 0)) for at in session.hours]


def free_hour(session: ClinicSession, starts_at: time) -> bool:
    """Whether that hour of the session has a place left."""
    return any(hour.starts_at == starts_at and hour.free for hour in hours_of(session))


def next_free_hour(facility: Facility, now: datetime) -> tuple[ClinicSession, time] | None:
    """Returns the facility's next open session and hour with a place: a later hour of today, or another day."""
    local = timezone.localtime(now)
    coming = ClinicSession.objects.held().filter(facility=facility, kind="open", held_on__gte=local.date())
    for session in coming.order_by("held_on", "opens_at", "pk")[:MOST_SESSIONS_SEARCHED]:
        for hour in hours_of(session):
            begins_later = session.held_on > local.date() or hour.starts_at > local.time()
            if hour.free and begins_later:
                return session, hour.starts_at
    return None
