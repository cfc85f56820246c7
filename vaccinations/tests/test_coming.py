"""Desk and session are one path: who comes takes their place, and whoever is seen has used it up."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.desk import arrivals
from vaccinations.desk.places import NO_PLACE, Arrival
from vaccinations.desk.visiting import arrive, cancel, decline, give, reopen
from vaccinations.doses.services import Reason
from vaccinations.models import Appointment, Visit
from vaccinations.sessions.arriving import mark_no_shows
from vaccinations.sessions.coming import expected_counts, expected_people, how_comes, sessions_today
from vaccinations.sessions.errors import SessionFullError, WrongPersonError
from vaccinations.tests.factories import entry
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    RegisteredPersonFactory,
    at,
)
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
WHY = Reason("Bác sĩ đồng ý tiêm thêm", frozenset({NO_PLACE}))


@pytest.fixture
def session(facility):
    return ClinicSessionFactory(facility=facility)


@pytest.fixture
def who(facility):
    return {"by": actor(), "resident": ResidentFactory(), "facility": facility, "now": at(7, 30)}


def given(who, **different):
    facts = {name: who[name] for name in ("by", "resident", "now")}
    return give(**facts, entry=entry(facility=who["facility"]), **different)


def states():
    return list(Appointment.objects.order_by("pk").values_list("state", flat=True))


def test_a_facility_without_sessions_works_without_places(who):
    assert given(who).appointment is None
    assert states() == []


def test_a_dose_uses_up_the_own_place(who, session):
    own = AppointmentFactory(session=session, resident=who["resident"], starts_at=time(9))
    visit = given(who)
    assert (visit.appointment, visit.arrived_at) == (own, at(7, 30))
    assert states() == ["done"]
    acts = AuditEntry.objects.filter(action__startswith="appointment.").values_list("action", flat=True)
    assert list(acts) == ["appointment.arrived", "appointment.done"]


def test_who_comes_without_an_invitation_takes_one_place_however_often_enter_is_pressed(who, session):
    typed = entry(facility=who["facility"])
    facts = {name: who[name] for name in ("by", "resident", "now")}
    assert give(**facts, entry=typed) == give(**facts, entry=typed)
    assert states() == ["done"]
    assert Appointment.objects.get().origin == "walk-in"


def test_who_waits_keeps_the_place_until_the_dose(who, session):
    waiting = arrive(**who)
    assert states() == ["arrived"]
    assert given(who | {"now": at(8)}) == waiting
    assert states() == ["done"]


def test_who_waited_before_they_were_invited_has_used_up_the_place(who, facility):
    waiting = arrive(**who)
    AppointmentFactory(session=ClinicSessionFactory(facility=facility), resident=who["resident"])
    assert given(who) == waiting
    assert states() == ["done"]


def test_a_full_hour_asks_why_and_offers_the_next_place(who, session, facility):
    AppointmentFactory.create_batch(2, session=session)
    with pytest.raises(SessionFullError) as full:
        given(who)
    assert full.value.offer == (session, time(8))
    with pytest.raises(SessionFullError):
        given(who, arrival=Arrival(reason=Reason("Đã tiêm rồi")))
    visit = given(who, arrival=Arrival(reason=WHY))
    assert (visit.outcome, visit.appointment) == ("given", None)
    said = AuditEntry.objects.get(action="visit.without-place")
    assert (said.resident, said.changes["reason"]) == (who["resident"].pk, WHY.text)


def test_not_given_finishes_the_appointment_and_takes_no_place_from_others(who, session):
    decline(**who, reason="unwell")
    assert states() == []
    own = AppointmentFactory(session=session, resident=ResidentFactory())
    visit = decline(**who | {"resident": own.resident}, reason="refused")
    assert visit.appointment == own
    assert states() == ["done"]
    assert reopen(by=who["by"], visit=visit, now=timezone.now()).appointment == own
    assert states() == ["arrived"]


def test_undoing_an_arrival_undoes_both_halves(who, session):
    own = AppointmentFactory(session=session, resident=who["resident"])
    now = timezone.now()
    cancel(by=who["by"], visit=arrive(**who), now=now)
    assert states() == ["invited"]
    arrivals.note(by=who["by"], appointment=own, resident=who["resident"], now=at(7))
    visit = Visit.objects.get(undone_at=None)
    assert (visit.appointment, visit.arrived_at) == (own, at(7))
    arrivals.undo(by=who["by"], appointment=own, now=now)
    assert states() == ["invited"]
    assert not Visit.objects.filter(undone_at=None).exists()


@pytest.mark.parametrize("now", [at(10, 30), at(11, 30)])
def test_who_was_marked_as_not_come_or_comes_after_closing_has_come(who, session, now):
    AppointmentFactory(session=session, resident=who["resident"])
    mark_no_shows(by=who["by"], session=session, now=at(8))
    assert given(who | {"now": now}).appointment.state == "arrived"
    assert states() == ["done"]


def test_a_code_brings_its_person_and_nobody_else(who, session):
    invited = AppointmentFactory(session=session)
    person = ResidentFactory(
        full_name=invited.person.full_name, date_of_birth=invited.person.date_of_birth, sex=invited.person.sex
    )
    assert given(who | {"resident": person}, arrival=Arrival(invitation=invited.code)).appointment == invited
    known = AppointmentFactory(session=session, resident=ResidentFactory())
    with pytest.raises(WrongPersonError):
        given(who, arrival=Arrival(invitation=known.code))


def test_of_two_sessions_the_chosen_one_gives_the_place_else_the_first_that_has_one(who, session, facility):
    AppointmentFactory.create_batch(2, session=session)
    beside = ClinicSessionFactory(facility=facility, opens_at=time(7, 15), closes_at=time(11, 15))
    sessions = sessions_today(facility, at(7, 30))
    assert how_comes(who["resident"], sessions=sessions, now=at(7, 30)).session == beside
    coming = how_comes(who["resident"], sessions=sessions, now=at(7, 30), preferred=session.pk)
    assert (coming.session, coming.is_full) == (session, True)
    with pytest.raises(SessionFullError):
        given(who, arrival=Arrival(session=session.pk))
    assert given(who).appointment.session == beside


@pytest.mark.parametrize("kind", ["invited", "closed"])
def test_a_session_by_invitation_gives_no_place_and_hinders_nobody(who, facility, kind):
    ClinicSessionFactory(facility=facility, kind=kind)
    coming = how_comes(who["resident"], sessions=sessions_today(facility, who["now"]), now=who["now"])
    assert coming.is_uninvited
    assert given(who).appointment is None


def test_who_is_expected_is_found_and_counted(session, facility, django_assert_num_queries):
    today, number = timezone.localdate(), ResidentFactory()
    known = AppointmentFactory(session=session, resident=ResidentFactory()).resident
    person = RegisteredPersonFactory(facility=facility, number=number.pk)
    AppointmentFactory(session=session, person=person, starts_at=time(8))
    AppointmentFactory(session=session, starts_at=time(9), state="declined")
    AppointmentFactory(session__held_on=today + timedelta(days=1), session__facility=facility)
    assert set(expected_people(facility, on=today)) == {known, number}
    other = ClinicSessionFactory(held_on=today + timedelta(days=1)).facility
    with django_assert_num_queries(1):
        assert expected_counts([facility, other], on=today) == {facility.pk: 2}
    given({"by": actor(), "resident": known, "facility": facility, "now": at(7)})
    assert set(expected_people(facility, on=today)) == {number}
    assert expected_counts([facility], on=today) == {facility.pk: 2}
