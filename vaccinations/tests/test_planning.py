"""Sessions made, changed and cancelled: whoever is invited keeps what they were invited to, or is told by list."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from vaccinations.models import ClinicSession
from vaccinations.sessions.errors import SessionError
from vaccinations.sessions.planning import (
    AffectedError,
    ArrivedError,
    CancelledError,
    FixedError,
    Plan,
    cancel_session,
    change_session,
    make_session,
)
from vaccinations.tests.factories import FacilityFactory, VaccineFactory
from vaccinations.tests.session_factories import AppointmentFactory, ClinicSessionFactory, at
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return actor()


@pytest.fixture
def vaccine():
    return VaccineFactory(code="comirnaty")


@pytest.fixture
def session(vaccine):
    return ClinicSessionFactory(vaccines=[vaccine])


def plan(session=None, **different):
    facts = {
        "held_on": timezone.localdate(),
        "opens_at": time(7),
        "closes_at": time(11),
        "capacity_per_hour": 2,
        "kind": "open",
        "vaccines": list(session.vaccines.all()) if session else [VaccineFactory()],
    }
    return Plan(**facts | different)


def test_it_works(by, vaccine):
    facility, key = FacilityFactory(), uuid4()
    wanted = plan(vaccines=[vaccine], note="Cổng sau")
    made = make_session(by=by, facility=facility, plan=wanted, key=key)
    assert make_session(by=by, facility=facility, plan=wanted, key=key) == made
    assert (list(made.vaccines.all()), made.note, made.created_by) == ([vaccine], "Cổng sau", by.user)
    assert list(ClinicSession.objects.today(facility, timezone.localdate())) == [made]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.changes["vaccines"]) == ("clinicsession.made", ["comirnaty"])


def test_session_without_invitations_is_changed_freely(by, session):
    tomorrow, other = timezone.localdate() + timedelta(days=1), VaccineFactory(code="spikevax")
    wanted = plan(held_on=tomorrow, opens_at=time(13), closes_at=time(15), capacity_per_hour=1, vaccines=[other])
    change_session(by=by, session=session, plan=wanted, now=at(6))
    session.refresh_from_db()
    assert (session.held_on, session.opens_at, session.capacity_per_hour) == (tomorrow, time(13), 1)
    assert list(session.vaccines.all()) == [other]
    changes = AuditEntry.objects.get().changes
    assert changes["vaccines"] == [["comirnaty"], ["spikevax"]]
    assert changes["capacity_per_hour"] == [2, 1]


@pytest.mark.parametrize(
    "different",
    [
        {"held_on": timezone.localdate() + timedelta(days=1)},
        {"capacity_per_hour": 1},
        {"vaccines": []},
    ],
)
def test_what_people_were_invited_to_stays(by, session, different):
    AppointmentFactory(session=session, state="declined")
    with pytest.raises(FixedError):
        change_session(by=by, session=session, plan=plan(session, **different), now=at(6), reason="đổi lịch")


def test_places_are_added_though_people_are_invited(by, session):
    AppointmentFactory.create_batch(2, session=session)
    change_session(by=by, session=session, plan=plan(session, capacity_per_hour=3, kind="invited"), now=at(6))
    AppointmentFactory(session=session)
    session.refresh_from_db()
    assert (session.capacity_per_hour, session.kind) == (3, "invited")


def test_hours_change_for_a_reason_once_those_affected_were_seen(by, session):
    kept = AppointmentFactory(session=session, starts_at=time(8))
    losing = AppointmentFactory(session=session, starts_at=time(10))
    wanted = plan(session, closes_at=time(10))
    for given in ({}, {"reason": "mất điện"}, {"seen": [losing.pk]}, {"reason": "mất điện", "seen": [kept.pk]}):
        with pytest.raises(AffectedError) as told:
            change_session(by=by, session=session, plan=wanted, now=at(6), **given)
        assert told.value.appointments == [losing]
    change_session(by=by, session=session, plan=wanted, now=at(6), reason="mất điện", seen=[losing.pk])
    for row in (kept, losing, session):
        row.refresh_from_db()
    assert (session.closes_at, kept.state) == (time(10), "invited")
    assert (losing.state, losing.end_reason) == ("cancelled", "mất điện")


def test_hours_that_touch_nobody_need_no_reason(by, session):
    AppointmentFactory(session=session)
    change_session(by=by, session=session, plan=plan(session, closes_at=time(12)), now=at(6))
    session.refresh_from_db()
    assert session.closes_at == time(12)


def test_half_an_hour_later_affects_everybody(by, session):
    rows = AppointmentFactory.create_batch(2, session=session)
    wanted = plan(session, opens_at=time(7, 30), closes_at=time(11, 30))
    with pytest.raises(AffectedError) as told:
        change_session(by=by, session=session, plan=wanted, now=at(6))
    assert told.value.appointments == rows


def test_cancelling_ends_all_appointments_and_lists_them(by, session):
    live = [AppointmentFactory(session=session, state=state) for state in ("invited", "confirmed")]
    AppointmentFactory(session=session, state="declined")
    assert cancel_session(by=by, session=session, reason="hết vắc xin", now=at(6)) == live
    session.refresh_from_db()
    assert (session.is_cancelled, session.cancelled_by) == (True, by.user)
    assert {row.state for row in session.appointments.all()} == {"cancelled", "declined"}
    assert not ClinicSession.objects.today(session.facility, session.held_on).exists()
    with pytest.raises(CancelledError):
        cancel_session(by=by, session=session, reason="lần nữa", now=at(6))
    with pytest.raises(CancelledError):
        change_session(by=by, session=session, plan=plan(session), now=at(6))


def test_session_with_people_waiting_in_it_is_neither_cancelled_nor_shortened(by, session):
    AppointmentFactory(session=session, state="arrived", arrived_at=at(7))
    with pytest.raises(ArrivedError):
        cancel_session(by=by, session=session, reason="mất điện", now=at(7))
    with pytest.raises(ArrivedError):
        change_session(by=by, session=session, plan=plan(session, opens_at=time(8)), now=at(7), reason="mất điện")
    assert issubclass(ArrivedError, SessionError)


@pytest.mark.parametrize(
    ("different", "constraint"),
    [
        ({"closes_at": time(7)}, "clinicsession_closes_after_opening"),
        ({"closes_at": time(10, 30)}, "clinicsession_whole_hours"),
        ({"capacity_per_hour": 0}, "clinicsession_capacity_range"),
        ({"capacity_per_hour": 1001}, "clinicsession_capacity_range"),
        ({"cancel_reason": "x"}, "clinicsession_cancelled_with_reason"),
        ({"cancelled_at": timezone.now()}, "clinicsession_cancelled_with_reason"),
    ],
)
def test_database_refuses_an_odd_session(different, constraint):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        ClinicSessionFactory(**different)
    assert refusal.value.__cause__.diag.constraint_name == constraint
