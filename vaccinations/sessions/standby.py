"""Leftover doses: people who can come within an hour, in the order of the rule, called one by one."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from vaccinations.models import Appointment, ClinicSession, RegisteredPerson
from vaccinations.registration.querysets import RegisteredPersonQuerySet
from vaccinations.sessions.candidates import Criteria, candidates, in_order
from vaccinations.sessions.errors import ChangedMeanwhileError, NotTodayError, SessionFullError
from vaccinations.sessions.filling import invite_one
from vaccinations.sessions.first_doses import first_doses
from vaccinations.sessions.places import hours_of, next_free_hour
from vaccinations.stock.vials import OpenVial, open_vials
from vaxreg import audit
from vaxreg.actors import Actor

MOST_SHOWN = 30


def standby_people(session: ClinicSession) -> RegisteredPersonQuerySet:
    """Returns whoever can come within an hour and is due today, in the order of invitations."""
    criteria = Criteria(groups=(), from_age=None, to_age=None, due_by=session.held_on)
    first = first_doses(session.vaccines.all(), session.held_on)
    people = candidates(session, criteria, first).filter(is_standby=True)
    return in_order(people, criteria.order)


def sessions_giving(
    sessions: Collection[ClinicSession], vaccines: Collection[int], now: datetime
) -> list[ClinicSession]:
    """Returns those of the sessions that are held now and give one of these vaccines: their people are called for leftovers."""
    held = [session.pk for session in sessions if session.hour_now(now)]
    return list(ClinicSession.objects.held().filter(pk__in=held, vaccines__in=vaccines).distinct()) if held else []


def leftovers(session: ClinicSession, now: datetime) -> list[OpenVial]:
    """Returns the opened vials of the session's vaccines whose doses may still be given, the one to be used first in front."""
    vaccines = set(session.vaccines.values_list("pk", flat=True))
    on_table = open_vials(session.facility, now)
    return [opened for opened in on_table if opened.may_be_given and opened.vial.lot.vaccine_id in vaccines]


@transaction.atomic
def list_standby(*, by: Actor, session: ClinicSession) -> list[RegisteredPerson]:
    """Returns the first people to call, and logs who was shown."""
    people = list(standby_people(session).select_related("priority_group")[:MOST_SHOWN])
    audit.record(by=by, action="standby.listed", subject=session, changes={"people": len(people)})
    numbers = [person.number for person in people if person.number]
    audit.record_each(by=by, action="standby.listed", subject=session, residents=numbers)
    return people


@transaction.atomic
def call_in(*, by: Actor, session: ClinicSession, person: RegisteredPerson, now: datetime) -> Appointment:
    """Returns the place kept for somebody who was called and said yes: in the first hour from now that has one.

    Raises NotTodayError, SessionFullError, and ChangedMeanwhileError where they are invited or withdrew meanwhile.
    """
    session = ClinicSession.objects.select_for_update(no_key=True).select_related("facility__unit").get(pk=session.pk)
    this_hour = session.hour_now(now)
    if session.is_cancelled or this_hour is None:
        raise NotTodayError(session)
    free = [hour.starts_at for hour in hours_of(session) if hour.starts_at >= this_hour and hour.free]
    if not free:
        raise SessionFullError(next_free_hour(session.facility, now))
    wanted = standby_people(session).filter(pk=person.pk).first()
    facts = {"starts_at": free[0], "origin": Appointment.Origin.STANDBY, "now": now}
    made = invite_one(by=by, session=session, person=wanted, **facts) if wanted else None
    if made is None:
        raise ChangedMeanwhileError
    Appointment.objects.filter(pk=made.pk).update(state=Appointment.State.CONFIRMED, confirmed_at=now)
    audit.record(by=by, action="appointment.called", subject=made, resident=made.number)
    return made


@transaction.atomic
def reveal_phone(*, by: Actor, person: RegisteredPerson, reason: str) -> str:
    """Returns the phone number of a registered person, which may now be shown once; why is logged."""
    changes = {"reason": reason}
    audit.record(by=by, action="registration.unmasked", subject=person, resident=person.number, changes=changes)
    return person.phone
