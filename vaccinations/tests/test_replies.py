"""What invited people answer, and until when."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from vaccinations.sessions.errors import AlreadyArrivedError, NotExpectedError, SessionFullError
from vaccinations.sessions.replies import come_after_all, confirm, decline
from vaccinations.tests.session_factories import AppointmentFactory, ClinicSessionFactory, at
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return actor()


def test_it_works(by):
    invited = AppointmentFactory()
    assert confirm(by=by, appointment=invited, now=at(6)).state == "confirmed"
    assert decline(by=by, appointment=invited, now=at(6, 1)).state == "declined"
    assert come_after_all(by=by, appointment=invited, now=at(6, 2)).state == "confirmed"
    acts = ["appointment.confirmed", "appointment.declined", "appointment.confirmed"]
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == acts


@pytest.mark.parametrize("answer", [confirm, come_after_all])
@pytest.mark.parametrize("state", ["cancelled", "no-show"])
def test_what_has_ended_stays_ended(by, answer, state):
    with pytest.raises(NotExpectedError):
        answer(by=by, appointment=AppointmentFactory(state=state), now=at(6))


@pytest.mark.parametrize(("answer", "state"), [(confirm, "invited"), (come_after_all, "declined")])
def test_hour_that_has_begun_is_too_late(by, answer, state):
    with pytest.raises(NotExpectedError):
        answer(by=by, appointment=AppointmentFactory(state=state), now=at(7))


@pytest.mark.parametrize("answer", [confirm, decline, come_after_all])
def test_who_has_arrived_answers_no_more(by, answer):
    arrived = AppointmentFactory(state="arrived", arrived_at=at(6, 30))
    with pytest.raises(AlreadyArrivedError):
        answer(by=by, appointment=arrived, now=at(6, 45))


def test_nobody_comes_after_all_to_a_place_that_is_gone(by):
    session = ClinicSessionFactory(capacity_per_hour=1)
    declined = AppointmentFactory(session=session, state="declined")
    AppointmentFactory(session=session)
    with pytest.raises(SessionFullError):
        come_after_all(by=by, appointment=declined, now=at(6))
    session.opens_at = time(8)
    session.save()
    with pytest.raises(SessionFullError):
        come_after_all(by=by, appointment=declined, now=at(6))


def test_nobody_comes_after_all_to_a_cancelled_session_or_with_another_appointment(by):
    declined = AppointmentFactory(state="declined")
    later = AppointmentFactory(session__held_on=timezone.localdate() + timedelta(days=2), person=declined.person)
    with pytest.raises(NotExpectedError):
        come_after_all(by=by, appointment=declined, now=at(6))
    decline(by=by, appointment=later, now=at(6))
    session = declined.session
    session.cancelled_at, session.cancel_reason = at(6), "mất điện"
    session.save()
    with pytest.raises(NotExpectedError):
        come_after_all(by=by, appointment=declined, now=at(6))
