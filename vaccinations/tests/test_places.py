"""The places of an hour: never one more than there are, whoever asks, however many at once."""

from datetime import time

import pytest
from django.db import IntegrityError, transaction

from residents.tests.factories import ResidentFactory
from vaccinations.models import Appointment, ClinicSession
from vaccinations.sessions.arriving import admit_walk_in, book_place
from vaccinations.sessions.errors import AlreadyArrivedError, SessionFullError
from vaccinations.sessions.hours import hour_at, hours_between
from vaccinations.sessions.places import hours_of
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    RegisteredPersonFactory,
    at,
)
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("opens", "closes", "begins"),
    [
        (time(7), time(9), [time(7), time(8)]),
        (time(7, 30), time(10, 30), [time(7, 30), time(8, 30), time(9, 30)]),
        (time(22), time(23), [time(22)]),
    ],
)
def test_hours_of_a_session(opens, closes, begins):
    assert hours_between(opens, closes) == begins


@pytest.mark.parametrize(
    ("at_time", "hour"),
    [
        (time(6, 10), time(7, 30)),
        (time(7, 30), time(7, 30)),
        (time(8, 29), time(7, 30)),
        (time(8, 30), time(8, 30)),
        (time(9, 30), None),
    ],
)
def test_who_comes_belongs_to_an_hour(at_time, hour):
    assert hour_at(time(7, 30), time(9, 30), at_time) == hour


def refused(constraint, write):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    assert refusal.value.__cause__.diag.constraint_name == constraint


def test_database_refuses_one_more_than_the_hour_has():
    session = ClinicSessionFactory(capacity_per_hour=2)
    first, _second = AppointmentFactory.create_batch(2, session=session)
    refused("appointment_within_capacity", lambda: AppointmentFactory(session=session))
    AppointmentFactory(session=session, starts_at=time(8))
    late = AppointmentFactory(session=session, state="no-show")
    refused("appointment_within_capacity", lambda: Appointment.objects.filter(pk=late.pk).update(state="invited"))
    Appointment.objects.filter(pk=first.pk).update(state="declined")
    Appointment.objects.filter(pk=late.pk).update(state="invited")


def test_bulk_writes_are_counted_too():
    session = ClinicSessionFactory(capacity_per_hour=2)
    people = RegisteredPersonFactory.create_batch(3, facility=session.facility)
    rows = [AppointmentFactory.build(session=session, person=person) for person in people]
    refused("appointment_within_capacity", lambda: Appointment.objects.bulk_create(rows))


def test_database_refuses_an_hour_that_the_session_has_not():
    session = ClinicSessionFactory()
    refused("appointment_in_an_hour", lambda: AppointmentFactory(session=session, starts_at=time(11)))
    refused("appointment_in_an_hour", lambda: AppointmentFactory(session=session, starts_at=time(7, 30)))


def test_capacity_does_not_fall_below_the_places_taken():
    session = ClinicSessionFactory(capacity_per_hour=2)
    AppointmentFactory.create_batch(2, session=session)
    rows = ClinicSession.objects.filter(pk=session.pk)
    refused("appointment_within_capacity", lambda: rows.update(capacity_per_hour=1))
    rows.update(capacity_per_hour=3)


@pytest.mark.django_db(transaction=True)
def test_eight_desks_and_three_places_by_every_way_in():
    """Walk-ins, bookings for the same hour and bare rows: three get in, and the rest are told."""
    session, user = ClinicSessionFactory(capacity_per_hour=3), UserFactory()
    residents, people = ResidentFactory.create_batch(6), RegisteredPersonFactory.create_batch(2)
    acts = [
        *(lambda r=r: admit_walk_in(by=actor(user), session=session, resident=r, now=at(7)) for r in residents[:4]),
        *(
            lambda r=r: book_place(by=actor(user), session=session, starts_at=time(7), resident=r, now=at(6))
            for r in residents[4:]
        ),
        *(lambda p=p: AppointmentFactory(session=session, person=p) for p in people),
    ]
    results = at_once(*acts)
    got_in = [result for result in results if isinstance(result, Appointment)]
    told = [result for result in results if isinstance(result, SessionFullError | IntegrityError)]
    assert (len(got_in), len(told)) == (3, 5), results
    assert hours_of(session)[0].taken == 3


@pytest.mark.django_db(transaction=True)
def test_last_place_goes_to_one_of_two_clerks_and_the_other_is_offered_the_next_hour():
    session, user = ClinicSessionFactory(capacity_per_hour=1), UserFactory()

    def admit(resident):
        return lambda: admit_walk_in(by=actor(user), session=session, resident=resident, now=at(7))

    results = at_once(*[admit(resident) for resident in ResidentFactory.create_batch(2)])
    assert sum(isinstance(result, Appointment) for result in results) == 1
    told = next(result for result in results if isinstance(result, SessionFullError))
    assert told.offer == (session, time(8))


@pytest.mark.django_db(transaction=True)
def test_one_person_let_in_at_two_facilities_at_once_is_in_at_one():
    resident, user = ResidentFactory(), UserFactory()
    here, there = ClinicSessionFactory(), ClinicSessionFactory()

    def admit(session):
        return lambda: admit_walk_in(by=actor(user), session=session, resident=resident, now=at(7))

    results = at_once(*[admit(here), admit(there)])
    assert sum(isinstance(result, Appointment) for result in results) == 1, results
    assert sum(isinstance(result, AlreadyArrivedError) for result in results) == 1
