"""The place at a session that goes with a visit, as far as the facility works with sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from residents.models import Resident
from vaccinations.doses.services import Reason
from vaccinations.models import Appointment, ClinicSession, Facility
from vaccinations.sessions.coming import come, sessions_today
from vaccinations.sessions.errors import SessionError
from vaxreg import audit
from vaxreg.actors import Actor

# What a desk has seen when it says why somebody is treated without a place.
NO_PLACE = "no-place"
UNSAID = Reason()


@dataclass(frozen=True)
class Arrival:
    """How somebody comes to the desk: when (the page was opened), on which code of an invitation, for which session.

    `sessions` are today's sessions of the facility. `place` was taken before, at the page of the session. `reason` says why
    the person is treated without a place.
    """

    at: datetime | None = None
    invitation: str = ""
    session: int | None = None
    sessions: Sequence[ClinicSession] | None = None
    place: Appointment | None = None
    reason: Reason = UNSAID
    may_walk_in: bool = True

    def came_on(self, day: date) -> datetime | None:
        """When the person came on that day, as far as that is known: what is typed from paper tells nothing of it."""
        return self.at if self.at and timezone.localdate(self.at) == day else None


# Of somebody of whom nothing more is known than that they are here.
HERE = Arrival()


def take_place(
    *, by: Actor, resident: Resident, facility: Facility, now: datetime, arrival: Arrival
) -> Appointment | None:
    """Returns the person's place at a session of today; None where none is held, or somebody said why without a place.

    Part of a transaction in which nothing is held yet: the session comes before the person.
    Raises the SessionErrors of sessions.coming.come.
    """
    if arrival.place:
        return arrival.place
    sessions = sessions_today(facility, now) if arrival.sessions is None else arrival.sessions
    if not sessions:
        return None
    facts = {"preferred": arrival.session, "invitation": arrival.invitation, "may_walk_in": arrival.may_walk_in}
    why = arrival.reason.text
    try:
        return come(by=by, resident=resident, sessions=sessions, now=now, reason=why, **facts)
    except SessionError as error:
        if not why or NO_PLACE not in arrival.reason.seen:
            raise
        changes = {"reason": why, "refused": str(error.message)}
        audit.record(by=by, action="visit.without-place", subject=facility, resident=resident.pk, changes=changes)
        return None
