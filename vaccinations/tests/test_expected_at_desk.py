"""What the clinic desk shows and asks of who is expected today: invitations, places, a full hour."""

import re
from datetime import time, timedelta
from html import unescape

import pytest
from django.utils import timezone

from residents.models import Resident
from residents.tests.factories import ResidentFactory
from vaccinations.models import Appointment, Dose, Visit
from vaccinations.tests.factories import LotFactory, VaccineFactory
from vaccinations.tests.session_factories import AppointmentFactory, ClinicSessionFactory

pytestmark = pytest.mark.django_db
# A session that is held whenever the tests run.
ALL_DAY = {"opens_at": time(0, 59), "closes_at": time(23, 59)}


@pytest.fixture
def session(facility):
    return ClinicSessionFactory(facility=facility, **ALL_DAY)


@pytest.fixture
def hour(session):
    return session.hour_now(timezone.now())


def opened(desk, text):
    return desk.post("/clinic/person/", {"scan": text})


def shown(response):
    return " ".join(unescape(response.content.decode()).split())


def recorded(desk, page, **different):
    facts = {"person": page.context["person"], "dose_number": "1", "lot": LotFactory().pk}
    facts |= {"administered_on": timezone.localdate().strftime("%d/%m/%Y"), "screening-consent": "agreed"}
    return desk.post("/clinic/record/", facts | different)


def test_the_desk_says_how_many_are_expected_and_a_name_finds_them(desk, session, hour):
    AppointmentFactory(session=session, starts_at=hour, resident=ResidentFactory(full_name="Lê Thị Được Mời"))
    AppointmentFactory(session=session, starts_at=hour, state="arrived", arrived_at=timezone.now())
    page = shown(desk.get("/clinic/"))
    assert "1 still to come · 1 came" in page
    assert f'href="/clinic/sessions/{session.pk}/"' in page
    assert "Lê Thị Được Mời" in shown(opened(desk, "duoc moi"))


def test_an_expected_person_is_said_to_be_and_enter_finishes_the_appointment(desk, session, hour):
    own = AppointmentFactory(session=session, starts_at=hour, resident=ResidentFactory())
    page = opened(desk, own.resident_id)
    assert f"Expected today at {hour:%H:%M}." in shown(page)
    assert "is recorded" in shown(recorded(desk, page))
    own.refresh_from_db()
    assert (own.state, own.visits.get().outcome) == ("done", "given")


def test_a_code_of_an_invitation_opens_its_person(desk, session, hour):
    own = AppointmentFactory(session=session, starts_at=hour, resident=ResidentFactory(full_name="Lê Thị Có Mã"))
    assert "Lê Thị Có Mã" in shown(opened(desk, own.code))


def test_who_registered_without_a_number_is_registered_with_what_they_said(desk, session, hour):
    invited = AppointmentFactory(session=session, starts_at=hour)
    page = opened(desk, invited.code)
    assert f'value="{invited.person.full_name}"' in shown(page)
    fields = {"full_name": invited.person.full_name, "birth": "05/03/1990", "sex": "M", "has_no_number": "on"}
    sealed = re.search(r'name="identity" value="([^"]+)"', page.content.decode())[1]
    page = desk.post("/clinic/register/", fields | {"identity": sealed})
    assert f"Expected today at {hour:%H:%M}." in shown(page)
    assert "is recorded" in shown(recorded(desk, page))
    invited.refresh_from_db()
    assert (invited.state, invited.resident) == ("done", Resident.objects.get())


def test_a_code_that_is_no_good_today_is_told(desk, session, hour, facility):
    tomorrow = ClinicSessionFactory(facility=facility, held_on=timezone.localdate() + timedelta(days=1))
    later, elsewhere = AppointmentFactory(session=tomorrow), AppointmentFactory()
    ended = AppointmentFactory(session=session, starts_at=hour, state="declined")
    assert "This invitation is for another session" in shown(opened(desk, later.code))
    assert "no invitation to this facility" in shown(opened(desk, elsewhere.code))
    assert "This invitation cannot be used: cannot come." in shown(opened(desk, ended.code))


def test_a_walk_in_is_told_of_the_places_and_of_a_full_hour_with_the_next_one(desk, session, hour, facility):
    stranger = ResidentFactory()
    assert "takes one of 2 free places" in shown(opened(desk, stranger.pk))
    AppointmentFactory.create_batch(2, session=session, starts_at=hour)
    tomorrow = ClinicSessionFactory(facility=facility, held_on=timezone.localdate() + timedelta(days=1))
    for later in session.hours:
        if later > hour:
            AppointmentFactory.create_batch(2, session=session, starts_at=later)
    page = opened(desk, stranger.pk)
    assert "no place is left in the hour of" in shown(page)
    assert f'name="session" value="{tomorrow.pk}"' in shown(page)
    assert 'name="warning_reason"' in shown(page)
    refused = recorded(desk, page, seen="no-place")
    assert "No place is left in this hour." in shown(refused)
    assert not Dose.objects.exists()
    recorded(desk, page, seen="no-place", warning_reason="Bác sĩ đồng ý tiêm thêm")
    assert Dose.objects.get().resident == stranger
    booked = re.search(r'name="person" value="(gAAAA[^"]+)"', page.content.decode().split("/book/")[1])[1]
    desk.post(f"/clinic/sessions/{session.pk}/book/", {"person": booked, "session": tomorrow.pk, "starts_at": "07:00"})
    assert Appointment.objects.get(session=tomorrow).resident == stranger


def test_who_arrives_at_the_session_waits_at_the_desk(desk, session, hour):
    own = AppointmentFactory(session=session, starts_at=hour, resident=ResidentFactory(full_name="Lê Thị Đang Đợi"))
    desk.post(f"/clinic/sessions/{session.pk}/arrive/", {"scan": own.resident_id})
    assert "L. T. Đ. Đợi" in shown(desk.get("/clinic/"))
    assert Visit.objects.get().appointment == own
    desk.post(f"/clinic/sessions/{session.pk}/undo/", {"appointment": own.pk})
    assert "L. T. Đ. Đợi" not in shown(desk.get("/clinic/"))


def test_the_chosen_session_stays_with_the_lot(desk, session, hour, facility):
    assert "session" not in desk.get("/clinic/workday/").context["form"].fields
    second = ClinicSessionFactory(facility=facility, note="Phòng 2", **ALL_DAY)
    today = timezone.localdate().strftime("%d/%m/%Y")
    desk.post("/clinic/workday/", {"session": second.pk, "given_on": today})
    page = recorded(desk, opened(desk, ResidentFactory().pk))
    assert Appointment.objects.get().session == second
    assert 'href="/clinic/workday/?field=session"' in shown(page)
    recorded(desk, opened(desk, ResidentFactory().pk))
    assert Appointment.objects.filter(session=second).count() == 2


def test_a_vaccine_that_the_session_does_not_give_asks_for_a_reason(desk, session, hour):
    session.vaccines.set([VaccineFactory(name="Spikevax")])
    own = AppointmentFactory(session=session, starts_at=hour, resident=ResidentFactory())
    lot = LotFactory(vaccine=VaccineFactory(name="Sputnik V"))
    sentence = "Sputnik V is not given at this session, but Spikevax."
    chosen = {"lot": lot.pk, "given_on": timezone.localdate().strftime("%d/%m/%Y")}
    assert sentence in shown(desk.post("/clinic/workday/", chosen, follow=True))
    page = opened(desk, own.resident_id)
    assert sentence in shown(page)
    refused = recorded(desk, page, lot=lot.pk)
    assert "say why" in shown(refused)
    recorded(desk, refused, lot=lot.pk, warning_reason="Hết Spikevax", seen="not-in-session")
    assert Dose.objects.get().warnings == ["not-in-session"]


def test_a_vaccine_of_the_session_warns_of_nothing(desk, session, hour):
    lot = LotFactory()
    session.vaccines.set([lot.vaccine])
    own = AppointmentFactory(session=session, starts_at=hour, resident=ResidentFactory())
    recorded(desk, opened(desk, own.resident_id), lot=lot.pk)
    assert Dose.objects.get().warnings == []
