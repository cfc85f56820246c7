"""What invited people answer: that they come, that they cannot, and that they can after all."""

from datetime import datetime

from django.db import transaction

from vaccinations.models import Appointment, ClinicSession
from vaccinations.sessions.errors import AlreadyArrivedError, NotExpectedError, SessionFullError
from vaccinations.sessions.places import free_hour
from vaxreg import audit
from vaxreg.actors import Actor

State = Appointment.State


@transaction.atomic
def confirm(*, by: Actor, appointment: Appointment, now: datetime) -> Appointment:
    """Returns the appointment to which the person will come. Twice is once. Raises NotExpectedError, AlreadyArrivedError."""
    held = _hold(appointment)
    if held.state == State.CONFIRMED:
        return held
    if held.state != State.INVITED or held.starts <= now:
        raise NotExpectedError
    _set(held, State.CONFIRMED, confirmed_at=now)
    audit.record(by=by, action="appointment.confirmed", subject=held, resident=held.number)
    return held


@transaction.atomic
def decline(*, by: Actor, appointment: Appointment, now: datetime) -> Appointment:
    """Returns the appointment, whose place is free again; the person waits for another day. Twice is once.

    Raises NotExpectedError, AlreadyArrivedError.
    """
    held = _hold(appointment)
    if held.state == State.DECLINED:
        return held
    if not held.is_expected:
        raise NotExpectedError
    _set(held, State.DECLINED, ended_at=now)
    audit.record(by=by, action="appointment.declined", subject=held, resident=held.number)
    return held


@transaction.atomic
def come_after_all(*, by: Actor, appointment: Appointment, now: datetime) -> Appointment:
    """Returns the declined appointment, good again, while its hour has a place. Raises SessionFullError, NotExpectedError."""
    session = ClinicSession.objects.select_for_update(no_key=True).get(pk=appointment.session_id)
    held = _hold(appointment)
    if held.is_expected:
        return held
    others = Appointment.objects.live().filter(person=held.person_id)
    if held.state != State.DECLINED or held.starts <= now or session.is_cancelled or others.exists():
        raise NotExpectedError
    if held.starts_at not in session.hours or not free_hour(session, held.starts_at):
        raise SessionFullError
    _set(held, State.CONFIRMED, confirmed_at=now, ended_at=None)
    audit.record(by=by, action="appointment.confirmed", subject=held, resident=held.number)
    return held


def _hold(appointment: Appointment) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related("session", "person")
    held = rows.get(pk=appointment.pk)
    if held.state in (State.ARRIVED, State.DONE):
        raise AlreadyArrivedError(held)
    return held


def _set(held: Appointment, state: str, **facts: datetime | None) -> None:
    held.state = state
    for name, value in facts.items():
        setattr(held, name, value)
    held.save(update_fields=["state", *facts])
