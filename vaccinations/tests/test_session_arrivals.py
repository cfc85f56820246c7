"""The box of a session: cards, numbers and codes; who is taken without an invitation; standby and phone numbers."""

import re
from datetime import time, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.models import Appointment
from vaccinations.stock.vials import open_vial
from vaccinations.tests.factories import LotFactory, VaccineFactory
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    RegisteredPersonFactory,
)
from vaccinations.tests.stocking import given, received
from vaxreg.codes import spaced
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
# A session that is held whenever the tests run.
ALL_DAY = {"opens_at": time(0, 59), "closes_at": time(23, 59)}


@pytest.fixture
def session(facility):
    return ClinicSessionFactory(facility=facility, capacity_per_hour=2, **ALL_DAY)


@pytest.fixture
def send(desk, session):
    """Sends to one of the session's addresses, and returns the page that this leads to."""

    def sending(path, **data):
        response = desk.post(f"/clinic/sessions/{session.pk}/{path}/", data, follow=True)
        assert response.status_code == 200
        return unescape(response.content.decode())

    return sending


def this_hour(session):
    return session.hour_now(timezone.now())


def test_number_of_somebody_invited_notes_the_arrival(send, session):
    resident = ResidentFactory()
    invited = AppointmentFactory(session=session, starts_at=this_hour(session), resident=resident)
    page = send("arrive", scan=resident.pk)
    assert "Arrived." in page
    assert resident.pk not in page
    invited.refresh_from_db()
    assert invited.state == "arrived"
    assert AuditEntry.objects.filter(action="resident.read", resident=resident.pk).exists()
    assert "The arrival is undone." in send("undo", appointment=invited.pk)
    invited.refresh_from_db()
    assert invited.state == "invited"


def test_code_opens_the_invitation_and_only_the_own_card_goes_with_it(send, session):
    resident, other = ResidentFactory(full_name="Lê Thị Đúng"), ResidentFactory()
    invited = AppointmentFactory(session=session, starts_at=this_hour(session), resident=resident)
    page = send("arrive", scan=invited.code)
    assert "Lê Thị Đúng" in page
    assert "Now scan this person's card" in page
    assert "This invitation is for another person." in send("arrive", scan=other.pk, appointment=invited.pk)
    assert "Scan the card or type a number first." in send("arrive", appointment=invited.pk)
    assert Appointment.objects.filter(state="invited").exists()
    assert "Arrived." in send("arrive", scan=resident.pk, appointment=invited.pk)


def test_who_registered_without_a_number_comes_by_code_and_name(send, session):
    invited = AppointmentFactory(session=session, starts_at=this_hour(session))
    page = send("arrive", scan=invited.code)
    assert "Registered without a number." in page
    assert "Arrived." in send("arrive", appointment=invited.pk, without="card")


def test_card_of_another_name_needs_a_reason(send, session):
    invited = AppointmentFactory(session=session, starts_at=this_hour(session))
    resident = ResidentFactory(full_name="Trần Văn Khác Tên")
    page = send("arrive", scan=resident.pk, appointment=invited.pk)
    assert "say how you know" in page
    assert "Trần Văn Khác Tên" in page
    assert "Arrived." in send("arrive", scan=resident.pk, appointment=invited.pk, reason="Có giấy khai sinh")


@pytest.mark.parametrize(
    ("scan", "message"),
    [
        ("", "Scan the card or type a number first."),
        ("xyz", "This is no number, card or code that we know."),
        ("079090999999", "This number is not in the registry."),
        ("34679CDF", "No invitation to this facility has this code."),
    ],
)
def test_box_says_what_is_wrong(send, scan, message):
    assert re.search(rf'<a href="#id_scan">[^<]*: {re.escape(message)}', send("arrive", scan=scan))


def test_code_of_another_session_or_one_that_ended_is_told(send, session, facility):
    tomorrow = ClinicSessionFactory(facility=facility, held_on=timezone.localdate() + timedelta(days=1))
    later = AppointmentFactory(session=tomorrow)
    assert "This invitation is for another session" in send("arrive", scan=later.code)
    ended = AppointmentFactory(session=session, starts_at=this_hour(session), state="declined")
    assert "This invitation cannot be used: cannot come." in send("arrive", scan=ended.code)


def sealed_in(page):
    return re.search(r'name="person" value="(gAAAA[^"]+)"', page)[1]


def test_stranger_is_taken_while_there_are_places(send, session):
    resident = ResidentFactory(full_name="Lê Văn Lạ")
    page = send("arrive", scan=resident.pk)
    assert "This person has no appointment at this session." in page
    assert resident.pk not in page
    assert "Taken without an invitation." in send("walk-in", person=sealed_in(page))
    assert Appointment.objects.get().origin == "walk-in"


def test_full_hour_says_so_and_books_the_next_place(send, session, facility):
    AppointmentFactory.create_batch(2, session=session, starts_at=this_hour(session))
    tomorrow = timezone.localdate() + timedelta(days=1)
    for hour in session.hours:
        if hour > this_hour(session):
            AppointmentFactory.create_batch(2, session=session, starts_at=hour)
    later = ClinicSessionFactory(facility=facility, held_on=tomorrow)
    page = send("arrive", scan=ResidentFactory().pk)
    page = send("walk-in", person=sealed_in(page))
    assert "No place is left in this hour." in page
    assert f"{tomorrow:%d/%m/%Y}\u00a0at\u00a0".replace("\u00a0", " ") in page.replace("\u00a0", " ")
    page = send("book", person=sealed_in(page), session=later.pk, starts_at="07:00")
    booked = Appointment.objects.get(session=later)
    assert spaced(booked.code) in page


def test_session_by_invitation_takes_no_stranger(send, session):
    session.kind = "invited"
    session.save()
    page = send("arrive", scan=ResidentFactory().pk)
    assert "takes nobody without an invitation" in page
    assert "Take without an invitation" not in page


def test_hours_that_are_over_are_cleared(send, session, facility):
    yesterday = ClinicSessionFactory(facility=facility, held_on=timezone.localdate() - timedelta(days=1))
    row = AppointmentFactory(session=yesterday)
    AppointmentFactory(session=session, starts_at=this_hour(session))
    assert "0 did not come." in send("missed")
    row.refresh_from_db()
    assert row.state == "invited"


def test_broken_or_old_form_changes_nothing(send, session):
    for path in ("walk-in", "book"):
        assert "This page was too old." in send(path, person="gAAAA", session="x")
    send("undo", appointment="x")
    send("call", person="x")
    send("phone", person="x")
    assert not Appointment.objects.exists()


def test_standby_list_shows_whom_to_call_and_keeps_a_place(desk, send, session, django_assert_max_num_queries):
    person = RegisteredPersonFactory(facility=session.facility, full_name="Lê Thị Sẵn", is_standby=True)
    RegisteredPersonFactory(facility=session.facility, full_name="Trần Thị Không")
    with django_assert_max_num_queries(31):
        page = desk.get(f"/clinic/sessions/{session.pk}/standby/").content.decode()
    assert "L. T. Sẵn" in page
    assert "09•• ••• 678" in page
    for words in ("Không", "0912345678", "Lê Thị"):
        assert words not in page
    assert AuditEntry.objects.filter(action="standby.listed", user=desk.user).exists()
    assert "A place is kept." in send("call", person=person.pk)
    called = Appointment.objects.get()
    assert (called.person, called.origin, called.state) == (person, "standby", "confirmed")
    send("call", person=person.pk)
    assert Appointment.objects.count() == 1


def test_doses_left_in_opened_vials_lead_to_who_can_come_now_and_to_waste(desk, session, facility):
    lot = LotFactory(vaccine=VaccineFactory(name="AstraZeneca"))
    received(facility, lot, 20)
    now = timezone.now()
    open_vial(by=actor(), facility=facility, lot=lot, doses=10, opened_at=now, key=uuid4(), now=now)
    given(facility, lot, 6, administered_at=now)
    board = unescape(desk.get("/clinic/stock/vials/").content.decode())
    assert "4 doses may still be offered" in board
    assert "no session for this vaccine is held now" in board
    session.vaccines.add(lot.vaccine)
    standby = f"/clinic/sessions/{session.pk}/standby/"
    assert f'href="{standby}"' in desk.get("/clinic/stock/vials/").content.decode()
    page = desk.get(standby).content.decode()
    assert "<strong>4 doses</strong> left of AstraZeneca" in page
    assert 'href="/clinic/stock/vials/"' in page


def test_standby_finds_no_place_when_the_day_is_full(send, session):
    for hour in session.hours:
        AppointmentFactory.create_batch(2, session=session, starts_at=hour)
    person = RegisteredPersonFactory(facility=session.facility, is_standby=True)
    assert "No place is left" in send("call", person=person.pk)


def test_phone_number_is_shown_for_a_reason_that_is_kept(desk, send, session):
    person = RegisteredPersonFactory(facility=session.facility, phone="0912345678")
    page = send("phone", person=person.pk)
    assert "0912345678" not in page
    assert "Say why: it is kept." in send("phone", person=person.pk, reason="")
    assert not AuditEntry.objects.filter(action="registration.unmasked").exists()
    assert "0912345678" in send("phone", person=person.pk, reason="Gọi báo đổi giờ")
    entry = AuditEntry.objects.get(action="registration.unmasked")
    assert (entry.changes, entry.object_id, entry.user) == (
        {"reason": "Gọi báo đổi giờ"},
        str(person.pk),
        desk.user,
    )
    stranger = RegisteredPersonFactory()
    assert desk.post(f"/clinic/sessions/{session.pk}/phone/", {"person": stranger.pk}).status_code == 404
