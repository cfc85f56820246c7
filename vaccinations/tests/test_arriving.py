"""Who comes: invitations are bound to their person and used once; others are taken while there are places."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from residents.services import correct_number
from residents.tests.factories import ResidentFactory
from vaccinations.models import Appointment
from vaccinations.sessions.arriving import (
    admit_walk_in,
    appointment_of,
    book_place,
    expected,
    finish,
    mark_arrived,
    mark_no_shows,
    undo_arrival,
)
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
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    RegisteredPersonFactory,
    at,
)
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return ClinicSessionFactory()


@pytest.fixture
def by():
    return actor()


def of(person, **different):
    """A resident with the facts that somebody registered."""
    names = ("full_name", "date_of_birth", "birth_precision", "sex")
    return ResidentFactory(**{name: getattr(person, name) for name in names} | different)


def test_it_works(session, by):
    invited = AppointmentFactory(session=session)
    resident = of(invited.person)
    assert list(expected(session)) == [invited]
    arrived = mark_arrived(by=by, appointment=invited.code, resident=resident, now=at(7, 5))
    assert (arrived.state, arrived.resident, arrived.arrived_at) == ("arrived", resident, at(7, 5))
    assert not expected(session).exists()
    invited.person.refresh_from_db()
    assert invited.person.resident == resident
    entry = AuditEntry.objects.get(action="appointment.arrived")
    assert (entry.resident, entry.user) == (resident.pk, by.user)
    assert finish(by=by, appointment=arrived, now=at(8)).state == "done"
    assert finish(by=by, appointment=arrived, now=at(9)).ended_at == at(8)


def test_expected_people_come_with_one_query(session, django_assert_num_queries):
    AppointmentFactory.create_batch(2, session=session)
    AppointmentFactory(session=session, starts_at=time(8), resident=ResidentFactory())
    with django_assert_num_queries(1):
        assert [row.name for row in expected(session)] != []


def test_invitation_of_somebody_known_is_refused_to_anybody_else(session, by):
    invited = AppointmentFactory(session=session, resident=ResidentFactory())
    with pytest.raises(WrongPersonError):
        mark_arrived(by=by, appointment=invited.code, resident=ResidentFactory(), now=at(7), reason="người nhà")
    assert expected(session).exists()


def test_invitation_without_a_number_needs_the_same_facts_or_a_reason(session, by):
    invited = AppointmentFactory(session=session)
    other = of(invited.person, full_name="Nguyễn Văn Khác")
    with pytest.raises(DoubtfulPersonError):
        mark_arrived(by=by, appointment=invited, resident=other, now=at(7))
    mark_arrived(by=by, appointment=invited, resident=other, now=at(7), reason="gõ sai tên, có giấy khai sinh")
    assert AuditEntry.objects.get(action="appointment.arrived").changes["reason"].startswith("gõ sai tên")


def test_the_number_given_tells_the_person_though_the_name_was_mistyped(session, by):
    resident = ResidentFactory()
    person = RegisteredPersonFactory(number=resident.pk, full_name="Nguyen Van Am", facility=session.facility)
    invited = AppointmentFactory(session=session, person=person)
    assert appointment_of(session=session, resident=resident) == invited
    assert mark_arrived(by=by, appointment=invited, resident=resident, now=at(7)).resident == resident


def test_corrected_number_finds_the_same_appointment(session, by):
    resident = ResidentFactory(citizen_id="012345678")
    invited = AppointmentFactory(session=session, resident=resident)
    corrected = correct_number(by=by, resident=resident, new_number="079090000777", reason="thẻ mới")
    assert appointment_of(session=session, resident=corrected) == invited
    assert mark_arrived(by=by, appointment=invited, resident=corrected, now=at(7)).resident == corrected


def test_code_is_used_once(session, by):
    invited = AppointmentFactory(session=session)
    resident = of(invited.person)
    mark_arrived(by=by, appointment=invited.code, resident=resident, now=at(7))
    again = mark_arrived(by=by, appointment=invited.code, resident=resident, now=at(7, 1))
    assert again.arrived_at == at(7)
    with pytest.raises(AlreadyArrivedError):
        mark_arrived(by=by, appointment=invited.code, now=at(7, 2))
    with pytest.raises(WrongPersonError):
        mark_arrived(by=by, appointment=invited.code, resident=of(invited.person), now=at(7, 2))


@pytest.mark.parametrize("state", ["declined", "cancelled"])
def test_invitation_that_ended_is_not_good(session, by, state):
    invited = AppointmentFactory(session=session, state=state)
    with pytest.raises(NotExpectedError):
        mark_arrived(by=by, appointment=invited.code, now=at(7))
    with pytest.raises(NotExpectedError):
        mark_arrived(by=by, appointment="34679CDF", now=at(7))


def test_invitation_for_another_day_or_after_closing_is_not_good(by):
    tomorrow = ClinicSessionFactory(held_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(NotTodayError):
        mark_arrived(by=by, appointment=AppointmentFactory(session=tomorrow), now=at(7))
    with pytest.raises(NotTodayError):
        mark_arrived(by=by, appointment=AppointmentFactory(), now=at(11))


def test_who_registered_with_a_number_shows_the_card(session, by):
    person = RegisteredPersonFactory(number="079090999999", facility=session.facility)
    for invited in (AppointmentFactory(session=session, person=person), AppointmentFactory(resident=ResidentFactory())):
        with pytest.raises(CardNeededError):
            mark_arrived(by=by, appointment=invited.code, now=at(7))


def test_child_without_a_number_arrives_unidentified(session, by):
    invited = AppointmentFactory(session=session)
    arrived = mark_arrived(by=by, appointment=invited, now=at(7))
    assert (arrived.state, arrived.resident) == ("arrived", None)


def test_who_comes_without_an_invitation_gets_the_place_of_the_hour(session, by):
    resident = ResidentFactory()
    person = RegisteredPersonFactory(number=resident.pk)
    taken = admit_walk_in(by=by, session=session, resident=resident, now=at(8, 20))
    assert (taken.starts_at, taken.origin, taken.code, taken.person) == (time(8), "walk-in", None, person)
    assert admit_walk_in(by=by, session=session, resident=resident, now=at(8, 21)) == taken


def test_walk_in_who_is_invited_takes_the_own_place(session, by):
    resident = ResidentFactory()
    invited = AppointmentFactory(session=session, resident=resident, starts_at=time(9))
    assert admit_walk_in(by=by, session=session, resident=resident, now=at(7)) == invited
    assert Appointment.objects.count() == 1


def test_place_held_elsewhere_is_freed(session, by):
    resident = ResidentFactory()
    elsewhere = AppointmentFactory(session__held_on=timezone.localdate() + timedelta(days=3), resident=resident)
    admit_walk_in(by=by, session=session, resident=resident, now=at(7))
    elsewhere.refresh_from_db()
    assert elsewhere.state == "declined"


def test_full_hour_offers_the_next_open_session(by):
    session = ClinicSessionFactory(capacity_per_hour=1, closes_at=time(8))
    AppointmentFactory(session=session)
    ClinicSessionFactory(facility=session.facility, held_on=session.held_on + timedelta(days=1), kind="invited")
    later = ClinicSessionFactory(facility=session.facility, held_on=session.held_on + timedelta(days=2))
    resident = ResidentFactory()
    with pytest.raises(SessionFullError) as full:
        admit_walk_in(by=by, session=session, resident=resident, now=at(7))
    assert full.value.offer == (later, time(7))
    booked = book_place(by=by, session=later, starts_at=time(7), resident=resident, now=at(7))
    assert (booked.state, len(booked.code)) == ("confirmed", 8)
    with pytest.raises(AlreadyArrivedError):
        book_place(by=by, session=later, starts_at=time(8), resident=resident, now=at(7))


@pytest.mark.parametrize("kind", ["invited", "closed"])
def test_session_by_invitation_takes_nobody_else(by, kind):
    session = ClinicSessionFactory(kind=kind)
    with pytest.raises(NotOpenError):
        admit_walk_in(by=by, session=session, resident=ResidentFactory(), now=at(7))


def test_who_did_not_come_frees_the_place_and_may_still_come_while_there_is_one(by):
    session = ClinicSessionFactory(capacity_per_hour=1)
    missed = AppointmentFactory(session=session)
    AppointmentFactory(session=session, starts_at=time(8))
    assert mark_no_shows(by=by, session=session, now=at(7, 59)) == 0
    assert mark_no_shows(by=by, session=session, now=at(8)) == 1
    with pytest.raises(SessionFullError):
        mark_arrived(by=by, appointment=missed.code, now=at(8, 30))
    assert mark_arrived(by=by, appointment=missed.code, now=at(9)).starts_at == time(9)


def test_arrival_is_undone(session, by):
    invited = AppointmentFactory(session=session)
    mark_arrived(by=by, appointment=invited, now=at(7))
    assert undo_arrival(by=by, appointment=invited, now=at(7, 1)).state == "invited"
    walk_in = admit_walk_in(by=by, session=session, resident=ResidentFactory(), now=at(7))
    assert undo_arrival(by=by, appointment=walk_in, now=at(7, 1)).state == "cancelled"
    with pytest.raises(NotExpectedError):
        undo_arrival(by=by, appointment=walk_in, now=at(7, 2))
