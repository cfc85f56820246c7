"""Who comes to a facility today, asked by a desk that knows the person and not the session.

A facility works without sessions, too: then nobody is expected, and nobody takes a place.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from residents.models import Resident
from vaccinations.models import Appointment, ClinicSession, Facility
from vaccinations.sessions.arriving import admit_walk_in, hold_session, mark_arrived
from vaccinations.sessions.hours import Hour
from vaccinations.sessions.invitations import find_invitation
from vaccinations.sessions.places import hours_of, next_free_hour
from vaxreg.actors import Actor

State = Appointment.State


@dataclass(frozen=True)
class Coming:
    """How a person comes: on `appointment`; else by taking the place `hour` of `session`; else that session has none for them.

    `offer` is the next session and hour with a place, where the hour is full.
    """

    appointment: Appointment | None = None
    session: ClinicSession | None = None
    hour: Hour | None = None
    offer: tuple[ClinicSession, time] | None = None

    @property
    def is_full(self) -> bool:
        return self.hour is not None and not self.hour.free

    @property
    def is_uninvited(self) -> bool:
        """Whether a session is held that takes only people who were invited, and they were not."""
        return self.appointment is None and self.hour is None


def expected_people(facility: Facility, *, on: date) -> QuerySet[Resident]:
    """Returns the people of the registry who are expected at the facility on that day."""
    expected = Appointment.objects.filter(session__in=ClinicSession.objects.today(facility, on)).expected()
    return Resident.objects.filter(Q(pk__in=expected.values("resident")) | Q(pk__in=expected.values("person__claimed")))


def expected_counts(facilities: Collection[Facility], *, on: date) -> dict[int, int]:
    """Returns how many people were to come to each of the facilities on that day, by its key; none where none is held.

    Whoever took a place without an invitation is not counted; who was invited and has come, or not, is. One query.
    """
    sessions = ClinicSession.objects.held().filter(facility__in=facilities, held_on=on).order_by()
    invited = ~Q(appointments__origin=Appointment.Origin.WALK_IN)
    ended = Q(appointments__state__in=[State.DECLINED, State.CANCELLED])
    counted = Count("appointments", filter=invited & ~ended)
    return dict(sessions.values_list("facility").annotate(expected=counted))


def sessions_today(facility: Facility, now: datetime) -> list[ClinicSession]:
    """Returns the sessions of today with their figures, the earliest first."""
    sessions = ClinicSession.objects.today(facility, timezone.localdate(now))
    return list(sessions.select_related("facility__unit").with_figures())


def sessions_of(
    place: Appointment | None, *, sessions: Sequence[ClinicSession], now: datetime, preferred: int | None = None
) -> list[ClinicSession]:
    """Returns which of today's sessions a dose may belong to: that of the person's place, else the one that the desk
    works for, else those held now, else all.
    """
    if place and place.origin != Appointment.Origin.WALK_IN:
        return [place.session]
    chosen = [session for session in sessions if session.pk == preferred]
    return chosen or [session for session in sessions if session.hour_now(now)] or list(sessions)


def how_comes(
    resident: Resident,
    *,
    sessions: Sequence[ClinicSession],
    now: datetime,
    preferred: int | None = None,
    invitation: str = "",
) -> Coming | None:
    """Returns how the person comes to one of today's sessions; None where none is held that they could come to.

    `preferred` is the key of the session that the desk works for, `invitation` the code that the person came on.
    """
    own = own_place(resident, sessions) or (find_invitation(invitation) if invitation else None)
    if own:
        return Coming(appointment=own)
    held = [session for session in sessions if session.hour_now(now)]
    found = _place_now(_open_ones(held, preferred), now)
    if found is None:
        return Coming(session=held[0]) if held else None
    session, hour = found
    return Coming(session=session, hour=hour, offer=None if hour.free else next_free_hour(session.facility, now))


@transaction.atomic
def come(
    *,
    by: Actor,
    resident: Resident,
    sessions: Sequence[ClinicSession],
    now: datetime,
    preferred: int | None = None,
    invitation: str = "",
    reason: str = "",
    may_walk_in: bool = True,
) -> Appointment | None:
    """Returns the person's place at one of today's sessions: their own, that of `invitation`, or one taken without any.

    None where none is held that they could come to. The same person again gets the same place, also once they were
    seen. Raises SessionFullError where the hour has no place left, and what mark_arrived raises of an invitation.
    """
    facts = {"by": by, "resident": resident, "now": now}
    own = own_place(resident, sessions) or invitation
    if own:
        return _arrived(own, reason=reason, **facts)
    held = [session for session in sessions if session.hour_now(now)]
    found = _place_now(_open_ones(held, preferred), now) if may_walk_in else None
    if found is None:
        return None
    session = hold_session(found[0])
    # Another desk may have noted them while this one waited for the session.
    own = own_place(resident, sessions)
    return _arrived(own, **facts) if own else admit_walk_in(session=session, **facts)


def own_place(resident: Resident, sessions: Collection[ClinicSession]) -> Appointment | None:
    """Returns the person's place at one of the sessions, under whichever number: one to be used, one used up, one missed."""
    if not sessions:
        return None
    order = [*Appointment.LIVE, State.DONE, State.NO_SHOW]
    places = Appointment.objects.filter(session__in=sessions, state__in=order).of_person(resident.pk).with_people()
    return min(places, key=lambda place: order.index(place.state), default=None)


def _arrived(own: Appointment | str, **facts: object) -> Appointment:
    is_done = not isinstance(own, str) and own.state == State.DONE
    return own if is_done else mark_arrived(appointment=own, may_be_late=True, **facts)


def _open_ones(held: list[ClinicSession], preferred: int | None) -> list[ClinicSession]:
    chosen = [session for session in held if session.pk == preferred] or held
    return [session for session in chosen if session.takes_walk_ins]


def _place_now(open_ones: list[ClinicSession], now: datetime) -> tuple[ClinicSession, Hour] | None:
    """The first of the sessions whose present hour has a place; where none has, the first, and its full hour."""
    found = [(session, _hour_now(session, now)) for session in open_ones]
    return next((pair for pair in found if pair[1].free), found[0] if found else None)


def _hour_now(session: ClinicSession, now: datetime) -> Hour:
    at = session.hour_now(now)
    return next(hour for hour in hours_of(session) if hour.starts_at == at)
