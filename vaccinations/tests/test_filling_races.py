"""Two leads who fill at the same moment, with two real connections: nobody is invited twice, no hour overflows."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.models import Appointment, RegisteredPerson
from vaccinations.sessions.arriving import admit_walk_in
from vaccinations.sessions.candidates import Criteria
from vaccinations.sessions.errors import SessionFullError
from vaccinations.sessions.filling import _identified, fill_session
from vaccinations.sessions.places import hours_of
from vaccinations.tests.factories import FacilityFactory
from vaccinations.tests.session_factories import AppointmentFactory, ClinicSessionFactory, RegisteredPersonFactory, at
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db(transaction=True)
TOMORROW = timezone.localdate() + timedelta(days=1)


def filling(session, user, count, key=None):
    wanted = Criteria(groups=(), from_age=None, to_age=None, due_by=session.held_on)
    form = key or uuid4()
    return lambda: fill_session(
        by=actor(user), session=session, criteria=wanted, count=count, key=form, now=at(6, day=session.held_on)
    )


def test_two_leads_of_two_places_invite_different_people():
    province, user = UnitFactory(), UserFactory()
    sessions = [ClinicSessionFactory(held_on=TOMORROW, facility=FacilityFactory(unit=province)) for _n in range(2)]
    RegisteredPersonFactory.create_batch(6, reach="province", province=province)
    results = at_once(*[filling(session, user, 4) for session in sessions])
    assert all(isinstance(made, list) for made in results), results
    people = [row.person_id for made in results for row in made]
    assert len(people) == len(set(people)) == 6


def test_double_tap_of_one_form_invites_once():
    session, user, key = ClinicSessionFactory(held_on=TOMORROW), UserFactory(), uuid4()
    RegisteredPersonFactory.create_batch(6, facility=session.facility)
    first, second = at_once(*[filling(session, user, 2, key), filling(session, user, 2, key)])
    assert {row.pk for row in first} == {row.pk for row in second}
    assert Appointment.objects.count() == 2


def test_last_places_are_shared_by_invitations_and_walk_ins():
    """Two leads and three desks for four places: four get one."""
    session, user = ClinicSessionFactory(capacity_per_hour=2, closes_at="09:00"), UserFactory()
    session.refresh_from_db()
    RegisteredPersonFactory.create_batch(4, facility=session.facility)
    residents = ResidentFactory.create_batch(3)
    acts = [filling(session, user, 2) for _n in range(2)]
    acts += [lambda r=r: admit_walk_in(by=actor(user), session=session, resident=r, now=at(7)) for r in residents]
    results = at_once(*acts)
    made = [row for result in results if isinstance(result, list) for row in result]
    admitted = [result for result in results if isinstance(result, Appointment)]
    told = [result for result in results if isinstance(result, SessionFullError)]
    assert len(made) + len(admitted) == sum(hour.taken for hour in hours_of(session)) <= 4
    assert len(admitted) + len(told) == 3, results
    assert max(hour.taken for hour in hours_of(session)) <= 2


def test_whoever_was_invited_between_two_statements_is_left_out():
    """The rows are chosen before they are locked: who was invited in between is seen by the second look only."""
    session = ClinicSessionFactory(held_on=TOMORROW, capacity_per_hour=9)
    resident = ResidentFactory()
    AppointmentFactory(session=session, resident=resident)
    invited = AppointmentFactory(session=session).person
    again = RegisteredPersonFactory(facility=session.facility, number=resident.pk, full_name=resident.full_name)
    waiting = RegisteredPersonFactory(facility=session.facility)
    people = RegisteredPerson.objects.alias_number_now().annotate(leads_to=F("number_now"))
    with transaction.atomic():
        chosen = _identified(list(people.filter(pk__in=[invited.pk, again.pk, waiting.pk])), set())
    assert [one.person for one in chosen] == [waiting]
