"""Pages of sessions: the list, plan, change, cancel, fill, paper; what each role sees and who is logged."""

import re
from datetime import time, timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from residents.tests.factories import ResidentFactory
from vaccinations.loading.schedules import load_vietnam
from vaccinations.models import Appointment, ClinicSession
from vaccinations.tests.factories import VaccineFactory, clerk
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    PriorityGroupFactory,
    RegisteredPersonFactory,
)
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.fixture
def lead(client, facility):
    user = clerk(facility, role=Role.CLINIC_LEAD)
    client.user = user
    return sign_in(client, user)


@pytest.fixture
def vaccine(db):
    load_vietnam(by=Actor.command("test"))
    return VaccineFactory(code="vaxzevria", name="AstraZeneca (Vaxzevria)")


@pytest.fixture
def session(facility, vaccine):
    return ClinicSessionFactory(facility=facility, held_on=TOMORROW, vaccines=[vaccine])


def planned(vaccine, **different):
    facts = {
        "held_on": TOMORROW.strftime("%d/%m/%Y"),
        "opens_at": "07:30",
        "closes_at": "10:30",
        "capacity_per_hour": "20",
        "vaccines": [vaccine.pk],
        "kind": "invited",
        "note": "Cổng sau",
        "key": str(uuid4()),
    }
    return facts | different


def page_of(response):
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_lead_plans_a_session(lead, facility, vaccine):
    assert "No session is planned. Plan the first one." in page_of(lead.get("/clinic/sessions/"))
    sent = planned(vaccine)
    made = lead.post("/clinic/sessions/new/", sent)
    session = ClinicSession.objects.get()
    assert made.url == f"/clinic/sessions/{session.pk}/"
    assert (session.facility, session.opens_at, session.places, session.kind) == (facility, time(7, 30), 60, "invited")
    assert lead.post("/clinic/sessions/new/", sent).url == made.url
    assert ClinicSession.objects.count() == 1
    page = page_of(lead.get("/clinic/sessions/"))
    assert "07:30–10:30" in page
    assert TOMORROW.strftime("%d/%m/%Y") in page


@pytest.mark.parametrize(
    ("different", "field", "message"),
    [
        ({"held_on": "01/01/2020"}, "id_held_on", "This day is over."),
        ({"held_on": "x"}, "id_held_on", "Enter a valid date."),
        ({"closes_at": "07:00"}, "id_closes_at", "The session closes before it opens."),
        ({"closes_at": "10:00"}, "id_closes_at", "Make it whole hours"),
        ({"capacity_per_hour": "0"}, "id_capacity_per_hour", "greater than or equal to 1"),
        ({"vaccines": []}, "id_vaccines_0", "Tick the vaccines that are given."),
        ({"kind": "x"}, "id_kind_0", "Select a valid choice."),
    ],
)
def test_wrong_plan_is_told_beside_its_field_and_nothing_is_lost(lead, vaccine, different, field, message):
    page = page_of(lead.post("/clinic/sessions/new/", planned(vaccine, **different)))
    assert re.search(rf'<a href="#{field}">[^<]*: [^<]*{re.escape(message)}', page)
    assert 'value="Cổng sau"' in page
    assert not ClinicSession.objects.exists()


def test_list_pages_by_key_with_the_same_queries_however_long(lead, facility, vaccine, django_assert_max_num_queries):
    for n in range(25):
        day = timezone.localdate() - timedelta(days=1 + n)
        ClinicSessionFactory(facility=facility, held_on=day, vaccines=[vaccine])
    ClinicSessionFactory(vaccines=[vaccine])
    with django_assert_max_num_queries(12):
        page = page_of(lead.get("/clinic/sessions/"))
    assert page.count('href="/clinic/sessions/') - page.count("/clinic/sessions/new/") == 20 + 1
    older = re.search(r'href="(\?before=[^"]+)"', page)[1]
    page = page_of(lead.get(f"/clinic/sessions/{older}"))
    assert len(re.findall(r'href="/clinic/sessions/\d+/"', page)) == 5
    assert lead.get("/clinic/sessions/?before=x").status_code == 200


def test_session_of_another_facility_is_not_found(lead):
    other = ClinicSessionFactory()
    person = RegisteredPersonFactory()
    for path in ("", "edit/", "cancel/", "fill/", "list/", "standby/"):
        assert lead.get(f"/clinic/sessions/{other.pk}/{path}").status_code == 404
    for path in ("arrive/", "walk-in/", "book/", "undo/", "missed/", "call/", "phone/"):
        assert lead.post(f"/clinic/sessions/{other.pk}/{path}", {"person": person.pk}).status_code == 404


def test_hour_is_shown_as_the_staff_needs_it_and_the_look_is_logged(lead, session, django_assert_max_num_queries):
    group = PriorityGroupFactory(name_en="Health workers")
    for n in range(2):
        person = RegisteredPersonFactory(
            facility=session.facility, full_name=f"Lê Thị {n}", phone="0912345678", priority_group=group
        )
        AppointmentFactory(session=session, person=person, dose_number=2)
    AppointmentFactory(session=session, starts_at=time(8), person__full_name="Trần Của Giờ Khác")
    with django_assert_max_num_queries(16):
        page = page_of(lead.get(f"/clinic/sessions/{session.pk}/?hour=07:00"))
    for words in ("Lê Thị 0", "Lê Thị 1", "1990", "09•• ••• 678", "Health workers", "Dose 2", "2 of 2", "1 of 2"):
        assert words in page
    for words in ("Trần Của Giờ Khác", "0912345678", "05/03/1990"):
        assert words not in page
    assert "Trần Của Giờ Khác" in page_of(lead.get(f"/clinic/sessions/{session.pk}/?hour=08:00"))
    assert page.count(f'action="/clinic/sessions/{session.pk}/phone/"') == 2
    entry = AuditEntry.objects.filter(action="clinicsession.listed").first()
    assert (entry.changes, entry.user) == ({"hour": "07:00", "people": 2}, lead.user)


def test_who_was_seen_stands_with_the_time_of_that_and_is_not_called_vaccinated(lead, session):
    at = {"arrived_at": timezone.now() - timedelta(minutes=40), "ended_at": timezone.now() - timedelta(minutes=7)}
    AppointmentFactory(session=session, resident=ResidentFactory(), state="done", **at)
    page = page_of(lead.get(f"/clinic/sessions/{session.pk}/"))
    assert f"seen {timezone.localtime(at['ended_at']):%H:%M}" in page
    with translation.override("vi"):
        assert "tiêm" not in str(Appointment.State.DONE.label)


def test_paper_has_everybody_by_hour_and_logs_each(lead, session):
    resident = ResidentFactory(full_name="Phạm Thị Ước")
    AppointmentFactory(session=session, resident=resident)
    AppointmentFactory(session=session, starts_at=time(9), person__full_name="Trần Văn Chín")
    AppointmentFactory(session=session, state="declined", person__full_name="Lê Văn Vắng")
    page = page_of(lead.get(f"/clinic/sessions/{session.pk}/list/"))
    assert page.index("07:00–08:00") < page.index("Phạm Thị Ước") < page.index("09:00–10:00") < page.index("Chín")
    assert "Lê Văn Vắng" not in page
    assert resident.pk not in page
    printed = AuditEntry.objects.filter(action="clinicsession.printed")
    assert {entry.resident for entry in printed} == {"", resident.pk}


def test_staff_sees_no_button_of_the_lead(desk, facility):
    session = ClinicSessionFactory(facility=facility, held_on=TOMORROW)
    page = page_of(desk.get(f"/clinic/sessions/{session.pk}/"))
    assert "List to print" in page
    for path in ("fill", "edit", "cancel"):
        assert f"/clinic/sessions/{session.pk}/{path}/" not in page


def test_change_of_hours_lists_whom_it_concerns_before_it_is_done(lead, session):
    losing = AppointmentFactory(session=session, starts_at=time(10), person__full_name="Trần Văn Chín")
    url, sent = f"/clinic/sessions/{session.pk}/edit/", planned_again(session, closes_at="10:00")
    page = page_of(lead.post(url, sent))
    assert "Trần Văn Chín" in page
    assert "Say why: these people see it." in page
    losing.refresh_from_db()
    assert losing.state == "invited"
    seen = re.search(r'name="seen" value="([\d,]+)"', page)[1]
    assert lead.post(url, sent | {"seen": seen, "reason": "Mất điện"}).status_code == 302
    losing.refresh_from_db()
    assert (losing.state, losing.end_reason) == ("cancelled", "Mất điện")
    page = page_of(lead.get(f"/clinic/sessions/{session.pk}/"))
    assert "1 person lost the place" in page
    assert "Trần Văn Chín" in page


def planned_again(session, **different):
    names = ("opens_at", "closes_at", "capacity_per_hour", "kind", "note")
    return {name: getattr(session, name) for name in names} | different


def test_fewer_places_are_refused_beside_the_field(lead, session):
    AppointmentFactory(session=session)
    page = page_of(lead.post(f"/clinic/sessions/{session.pk}/edit/", planned_again(session, capacity_per_hour=1)))
    assert re.search(r'<a href="#id_capacity_per_hour">[^<]*it cannot become less than 2', page)
    assert 'name="held_on"' not in page


def test_cancelling_lists_the_people_and_asks_for_a_reason(lead, session):
    row = AppointmentFactory(session=session, person__full_name="Trần Văn Chín")
    url = f"/clinic/sessions/{session.pk}/cancel/"
    assert "Trần Văn Chín" in page_of(lead.get(url))
    assert "This field is required." in page_of(lead.post(url, {"reason": ""}))
    lead.post(url, {"reason": "Hết vắc xin"})
    row.refresh_from_db()
    assert row.state == "cancelled"
    page = page_of(lead.get(f"/clinic/sessions/{session.pk}/"))
    assert "Cancelled: Hết vắc xin" in page
    assert f"/clinic/sessions/{session.pk}/fill/" not in page
    assert "This session was cancelled." in page_of(lead.post(url, {"reason": "Lần nữa"}))


def test_lead_counts_and_invites(lead, session, django_assert_max_num_queries):
    health, army = (PriorityGroupFactory(code=code, name_en=code.title()) for code in ("health", "army"))
    for group in (health, health, army, None):
        RegisteredPersonFactory(facility=session.facility, priority_group=group, phone="0912000999")
    url = f"/clinic/sessions/{session.pk}/fill/"
    with django_assert_max_num_queries(28):
        page = page_of(lead.get(url))
    assert "4 people match" in page
    assert "8 places are left in this session." in page
    assert "0912000999" not in page
    page = page_of(lead.get(url, {"groups": ["health"], "order": "longest"}))
    assert "2 people match" in page
    assert "whoever has waited longest;" in page
    sent = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page[page.index('method="post" class="panel"') :]))
    assert (sent["groups"], sent["count"], sent["order"]) == ("health", "2", "longest")
    assert lead.post(url, sent | {"count": "1"}).url == f"/clinic/sessions/{session.pk}/"
    assert Appointment.objects.get().person.priority_group == health
    lead.post(url, sent | {"count": "1"})
    assert Appointment.objects.count() == 1, "the same form invites once"
    assert "No message is sent: print the list" in page_of(lead.get(f"/clinic/sessions/{session.pk}/"))


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ({"from_age": "60", "to_age": "50"}, "id_to_age", "This age is below the other one."),
        ({"from_age": "x"}, "id_from_age", "Enter a whole number."),
        ({"groups": ["x"]}, "id_groups_0", "Select a valid choice."),
        ({"due_by": "x"}, "id_due_by", "Enter a valid date."),
    ],
)
def test_wrong_criteria_are_told_and_count_nobody(lead, session, query, field, message):
    page = page_of(lead.get(f"/clinic/sessions/{session.pk}/fill/", query))
    assert re.search(rf'<a href="#{field}">[^<]*: {re.escape(message)}', page)
    assert "Mend the answers first" in page


def test_vaccine_without_a_minimum_age_asks_for_one(lead, facility, vaccine):
    session = ClinicSessionFactory(facility=facility, held_on=TOMORROW, vaccines=[VaccineFactory(name="Janssen")])
    RegisteredPersonFactory(facility=facility)
    page = page_of(lead.get(f"/clinic/sessions/{session.pk}/fill/"))
    assert "No minimum age is laid down for Janssen: choose one." in page
    assert "1 person matches" in page_of(lead.get(f"/clinic/sessions/{session.pk}/fill/", {"from_age": "18"}))
