"""Arrivals noted at the page of a session: the place there, and the visit at the desk that goes with it, are one act."""

from datetime import datetime

from django.db import transaction

from residents.models import Resident
from vaccinations.desk import visiting
from vaccinations.desk.places import Arrival
from vaccinations.models import Appointment, ClinicSession, Visit
from vaccinations.sessions import arriving
from vaxreg.actors import Actor


@transaction.atomic
def note(
    *, by: Actor, appointment: Appointment, resident: Resident | None, now: datetime, reason: str = ""
) -> Appointment:
    """Returns the appointment, arrived; somebody whom the desk has identified waits there from now. Errors: mark_arrived."""
    facts = {"resident": resident, "now": now, "reason": reason}
    return _waiting(by, arriving.mark_arrived(by=by, appointment=appointment, **facts), now)


@transaction.atomic
def admit(*, by: Actor, session: ClinicSession, resident: Resident, now: datetime) -> Appointment:
    """Returns the place taken without an invitation; the person waits at the desk from now. Errors: admit_walk_in."""
    return _waiting(by, arriving.admit_walk_in(by=by, session=session, resident=resident, now=now), now)


@transaction.atomic
def undo(*, by: Actor, appointment: Appointment, now: datetime) -> None:
    """Undoes the arrival, and the visit that began with it. Raises NotExpectedError, NotUndoableError."""
    visit = Visit.objects.waiting().filter(appointment=appointment, undone_at=None).first()
    if visit:
        visiting.cancel(by=by, visit=visit, now=now)
    else:
        arriving.undo_arrival(by=by, appointment=appointment, now=now)


def _waiting(by: Actor, place: Appointment, now: datetime) -> Appointment:
    # Once they were seen they wait no more.
    if place.resident and place.state == Appointment.State.ARRIVED:
        facts = {"resident": place.resident, "facility": place.session.facility, "now": now}
        visiting.arrive(by=by, arrival=Arrival(place=place), **facts)
    return place
