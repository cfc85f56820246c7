"""Who comes to a session: invited people on their own invitations, and others while there are places.

Whoever writes here holds the session's row first, then the resident's, the registered person's, and the appointment's: so
nobody waits in a circle, and places are counted one after the other (the database counts again, see guards.py).
"""

from datetime import datetime, time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from residents.holding import hold_person
from residents.models import Resident
from vaccinations.models import Appointment, ClinicSession, RegisteredPerson
from vaccinations.sessions.codes import free_code
from vaccinations.sessions.errors import (
    AlreadyArrivedError,
    CardNeededError,
    DoubtfulPersonError,
    NotExpectedError,
    NotOpenError,
    NotTodayError,
    SessionFullError,
    WrongPersonError,
)
from vaccinations.sessions.places import free_hour, next_free_hour
from vaxreg import audit
from vaxreg.actors import Actor

State = Appointment.State
CAME_ELSEWHERE = "came on another appointment"


def expected(session: ClinicSession) -> QuerySet[Appointment]:
    """Returns the appointments of people who have not come yet, with people and residents, by the hour."""
    return Appointment.objects.filter(session=session).expected().with_people()


def appointment_of(*, session: ClinicSession, resident: Resident) -> Appointment | None:
    """Returns the person's appointment at the session that is not over yet, whichever number it stands under."""
    return Appointment.objects.filter(session=session).live().of_person(resident.pk).with_people().first()


@transaction.atomic
def mark_arrived(
    *,
    by: Actor,
    appointment: Appointment | str,
    now: datetime,
    resident: Resident | None = None,
    reason: str = "",
    may_be_late: bool = False,
) -> Appointment:
    """Returns the appointment (given by itself or its code), arrived; for a person who was marked as not come, too.

    `may_be_late`: after the closing, too, as long as it is the day of the session.

    `resident` is whom the desk has identified; of somebody who registered without a number the arrival is noted without
    one, and the identity stays open. The same person again gets the same answer. Raises WrongPersonError,
    DoubtfulPersonError (say why with `reason`), CardNeededError, AlreadyArrivedError, NotExpectedError, NotTodayError,
    SessionFullError.
    """
    session, person, held = _hold(appointment, resident)
    if person:
        _refuse_other(held, person, reason)
    if held.state in (State.ARRIVED, State.DONE):
        if person and held.resident_id is not None:
            return held
        raise AlreadyArrivedError(held)
    if person is None and held.number:
        raise CardNeededError
    if not (may_be_late and session.held_on == timezone.localdate(now)):
        _refuse_not_now(session, now)
    if held.state == State.NO_SHOW:
        # Their place may be somebody else's by now.
        held.starts_at = _hour_with_a_place(session, now, late=held.starts_at)
    elif not held.is_expected:
        raise NotExpectedError
    if person:
        _end_others(by, person, now, besides=held)
        _identify(held, person)
    return _arrive(by, held, now, reason)


@transaction.atomic
def admit_walk_in(*, by: Actor, session: ClinicSession, resident: Resident, now: datetime) -> Appointment:
    """Returns the place taken by somebody who came without an invitation; somebody who has one is marked as arrived.

    Raises NotOpenError, NotTodayError, AlreadyArrivedError, and SessionFullError, which offers the next place.
    """
    session, person = hold_session(session), hold_person(resident.pk)
    own = appointment_of(session=session, resident=person)
    if own:
        return mark_arrived(by=by, appointment=own, resident=person, now=now)
    _refuse_not_now(session, now)
    if not session.takes_walk_ins:
        raise NotOpenError
    hour = _hour_with_a_place(session, now)
    _end_others(by, person, now)
    facts = {"resident": person, "person": _registered(person), "made_at": now, "made_by": by.user}
    made = Appointment(session=session, starts_at=hour, origin=Appointment.Origin.WALK_IN, **facts)
    return _arrive(by, made, now)


@transaction.atomic
def book_place(*, by: Actor, session: ClinicSession, starts_at: time, resident: Resident, now: datetime) -> Appointment:
    """Returns a place of its own for somebody who found no place today; its code is for them to write down.

    Raises AlreadyArrivedError where they have another appointment, SessionFullError, NotOpenError.
    """
    session, person = hold_session(session), hold_person(resident.pk)
    other = Appointment.objects.live().of_person(person.pk).with_people().first()
    if other:
        raise AlreadyArrivedError(other)
    if not session.takes_walk_ins or session.ends <= now:
        raise NotOpenError
    if not free_hour(session, starts_at):
        raise SessionFullError(next_free_hour(session.facility, now))
    made = Appointment.objects.create(
        session=session,
        starts_at=starts_at,
        resident=person,
        person=_registered(person),
        code=free_code(),
        state=State.CONFIRMED,
        confirmed_at=now,
        made_at=now,
        made_by=by.user,
    )
    audit.record(by=by, action="appointment.booked", subject=made, resident=person.pk)
    return made


@transaction.atomic
def finish(*, by: Actor, appointment: Appointment, now: datetime) -> Appointment:
    """Returns the appointment at which the person was seen, dose or not; the same one again where it ended before."""
    held = Appointment.objects.select_for_update(of=("self",)).with_people().get(pk=appointment.pk)
    if held.state != State.ARRIVED:
        return held
    held.state, held.ended_at = State.DONE, now
    held.save(update_fields=["state", "ended_at"])
    audit.record(by=by, action="appointment.done", subject=held, resident=held.number)
    return held


@transaction.atomic
def resume(*, by: Actor, appointment: Appointment) -> Appointment:
    """Returns the appointment of somebody who was seen and is to be seen once more today, arrived again.

    One who has another place meanwhile keeps that one.
    """
    held = Appointment.objects.select_for_update(of=("self",)).with_people().get(pk=appointment.pk)
    others = Appointment.objects.live().of_person(held.resident_id).exclude(pk=held.pk)
    if held.state != State.DONE or others.exists():
        return held
    held.state, held.ended_at = State.ARRIVED, None
    held.save(update_fields=["state", "ended_at"])
    audit.record(by=by, action="appointment.resumed", subject=held, resident=held.number)
    return held


@transaction.atomic
def undo_arrival(*, by: Actor, appointment: Appointment, now: datetime) -> Appointment:
    """Returns the appointment, expected again; of somebody who came without one, ended. Raises NotExpectedError."""
    _session, _person, held = _hold(appointment, None)
    if held.state != State.ARRIVED:
        raise NotExpectedError
    if held.origin == Appointment.Origin.WALK_IN:
        held.state, held.ended_at, held.end_reason = State.CANCELLED, now, "arrival undone"
    else:
        held.state = State.CONFIRMED if held.confirmed_at else State.INVITED
    held.arrived_at = None
    held.save()
    audit.record(by=by, action="appointment.arrival-undone", subject=held, resident=held.number)
    return held


def missing(session: ClinicSession, now: datetime) -> QuerySet[Appointment]:
    """Returns the appointments of people who have not come in the hours that are over."""
    expected_ones = Appointment.objects.filter(session=session).expected()
    today = timezone.localdate(now)
    if session.held_on > today:
        return expected_ones.none()
    hour = session.hour_now(now)
    return expected_ones.filter(starts_at__lt=hour) if hour else expected_ones


@transaction.atomic
def mark_no_shows(*, by: Actor, session: ClinicSession, now: datetime) -> int:
    """Returns how many people of the hours that are over were marked as not come; their places are free."""
    session = hold_session(session)
    missed = missing(session, now).select_for_update(of=("self",)).order_by("pk")
    found = list(missed.select_related("person"))
    Appointment.objects.filter(pk__in=[row.pk for row in found]).update(state=State.NO_SHOW, ended_at=now)
    for row in found:
        audit.record(by=by, action="appointment.no-show", subject=row, resident=row.number)
    return len(found)


def hold_session(session: ClinicSession) -> ClinicSession:
    """The session as it is now, held until the end of the transaction: places are counted one after the other."""
    return ClinicSession.objects.select_for_update(no_key=True).get(pk=session.pk)


def _hold(
    appointment: Appointment | str, resident: Resident | None
) -> tuple[ClinicSession, Resident | None, Appointment]:
    rows = Appointment.objects.filter(
        **{"code": appointment} if isinstance(appointment, str) else {"pk": appointment.pk}
    )
    found = rows.first()
    if found is None:
        raise NotExpectedError
    session = hold_session(found.session)
    person = hold_person(resident.pk) if resident else None
    list(RegisteredPerson.objects.select_for_update().filter(pk=found.person_id).values_list("pk"))
    held = rows.select_for_update(of=("self",)).with_people().get()
    held.session = session
    return session, person, held


def _refuse_not_now(session: ClinicSession, now: datetime) -> None:
    if session.is_cancelled or session.hour_now(now) is None:
        raise NotTodayError(session)


def _refuse_other(held: Appointment, person: Resident, reason: str) -> None:
    """An invitation is bound to its person: by number where one is known, else by what was registered."""
    numbers = person.numbers
    if held.resident_id:
        if held.resident_id not in numbers:
            raise WrongPersonError
        return
    if held.person.number in numbers or held.person.traits.can_be(person.traits):
        return
    if not reason:
        raise DoubtfulPersonError


def _hour_with_a_place(session: ClinicSession, now: datetime, *, late: time | None = None) -> time:
    hour = session.hour_now(now) or late
    if not free_hour(session, hour):
        raise SessionFullError(next_free_hour(session.facility, now))
    return hour


def _end_others(by: Actor, person: Resident, now: datetime, *, besides: Appointment | None = None) -> None:
    """Frees the places that the person holds elsewhere. Raises AlreadyArrivedError where they are waiting there."""
    others = Appointment.objects.live().of_person(person.pk).exclude(pk=besides and besides.pk)
    for other in others.select_for_update(of=("self",)).with_people().order_by("pk"):
        if other.state == State.ARRIVED:
            raise AlreadyArrivedError(other)
        other.state, other.ended_at, other.end_reason = State.DECLINED, now, CAME_ELSEWHERE
        other.save(update_fields=["state", "ended_at", "end_reason"])
        audit.record(by=by, action="appointment.declined", subject=other, resident=person.pk)


def _identify(held: Appointment, person: Resident) -> None:
    held.resident = person
    if held.person and held.person.resident_id != person.pk:
        RegisteredPerson.objects.filter(pk=held.person_id).update(resident=person)


def _registered(person: Resident) -> RegisteredPerson | None:
    """Who of the registered people this is, by number, if they are waiting: so they are not invited once more."""
    numbers = person.numbers
    waiting = RegisteredPerson.objects.waiting().filter(claimed__in=numbers).order_by("pk")
    found = waiting.select_for_update(of=("self",), skip_locked=True).first()
    if found:
        RegisteredPerson.objects.filter(pk=found.pk).update(resident=person)
    return found


def _arrive(by: Actor, appointment: Appointment, now: datetime, reason: str = "") -> Appointment:
    appointment.state, appointment.arrived_at, appointment.ended_at = State.ARRIVED, now, None
    appointment.save()
    changes = {"origin": appointment.origin, "identified": appointment.resident_id is not None}
    changes |= {"reason": reason} if reason else {}
    audit.record(by=by, action="appointment.arrived", subject=appointment, resident=appointment.number, changes=changes)
    return appointment
