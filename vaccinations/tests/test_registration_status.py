"""/register/status/: what code and date of birth open, and what can be done there."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from vaccinations.models import Appointment, RegisteredPerson
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    RegisteredPersonFactory,
    RegistrationFactory,
)
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
URL = "/register/status/"


@pytest.fixture
def person():
    return RegisteredPersonFactory(full_name="Nguyễn Văn An")


@pytest.fixture
def invited(person):
    """An invitation for tomorrow."""
    tomorrow = timezone.localdate() + timedelta(days=1)
    return AppointmentFactory(session__held_on=tomorrow, session__facility=person.preferred_facility, person=person)


def opened(client, code, birth="05/03/1990"):
    return unescape(client.post(URL, {"do": "open", "code": code, "birth": birth}).content.decode())


def press(client, page, do, person):
    sealed = re.search(r'name="opened" value="([^"]+)"', page)[1]
    return unescape(client.post(URL, {"do": do, "opened": sealed, "person": person.pk}).content.decode())


def test_it_works(client, person):
    page = opened(client, person.registration.code.lower())
    assert "Nguyễn Văn An" in page
    assert "Waiting for an invitation." in page
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.channel, entry.object_id) == ("registration.opened", "public", str(person.pk))
    assert "sessionid" not in client.cookies


def test_family_is_opened_by_the_first_ones_date_of_birth(client, django_assert_max_num_queries):
    family = RegistrationFactory()
    for place, (name, born) in enumerate([("Lê Thị Mẹ", date(1990, 3, 5)), ("Lê Văn Con", date(2018, 1, 2))]):
        RegisteredPersonFactory(registration=family, place=place, full_name=name, date_of_birth=born)
    with django_assert_max_num_queries(14):
        page = opened(client, family.code)
    assert page.index("Lê Thị Mẹ") < page.index("Lê Văn Con")
    assert "Lê Thị Mẹ" not in opened(client, family.code, "02/01/2018")


def test_wrong_code_and_wrong_birth_get_the_same_answer(client, person, invited):
    tried = [
        ("34679CDF", "05/03/1990"),
        (person.registration.code, "06/03/1990"),
        (person.registration.code, "1990"),
        (invited.code, "06/03/1990"),
    ]
    answers = set()
    for code, birth in tried:
        page = opened(Client(), code, birth).replace(code, "CODE").replace(birth, "BIRTH")
        answers.add(re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", page))
    assert len(answers) == 1
    assert "There is no registration with this code and this date of birth." in answers.pop()
    assert not AuditEntry.objects.filter(action="registration.opened").exists()


def test_date_of_birth_cannot_be_tried_out(client, person):
    for day in range(1, 11):
        assert client.post(URL, {"code": person.registration.code, "birth": f"{day}/01/1980"}).status_code == 200
    assert client.post(URL, {"code": person.registration.code, "birth": "05/03/1990"}).status_code == 429


def test_invitation_opens_only_its_own_person_and_only_until_it_is_used(client, invited):
    RegisteredPersonFactory(registration=invited.person.registration, place=1, full_name="Trần Thị Khác")
    page = opened(client, invited.code)
    assert "Nguyễn Văn An" in page
    assert "Trần Thị Khác" not in page
    Appointment.objects.update(state="arrived", arrived_at=timezone.now())
    assert "There is no registration" in opened(client, invited.code)


def test_invitation_is_shown_with_day_place_and_code_and_is_confirmed(client, person, invited):
    page = opened(client, person.registration.code)
    day = invited.session.held_on.strftime("%d/%m/%Y")
    for words in ("You are invited:", "07:00", day, invited.session.facility.name):
        assert words in page
    page = press(client, page, "confirm", person)
    assert "your place is kept" in page
    invited.refresh_from_db()
    assert (invited.state, invited.confirmed_at is not None) == ("confirmed", True)
    assert AuditEntry.objects.filter(action="appointment.confirmed", channel="public").count() == 1
    press(client, page, "confirm", person)
    assert AuditEntry.objects.filter(action="appointment.confirmed").count() == 1


def test_declining_frees_the_place_and_can_be_undone_while_it_is_free(client, person, invited):
    session = invited.session
    session.capacity_per_hour = 1
    session.save()
    page = press(client, opened(client, person.registration.code), "decline", person)
    invited.refresh_from_db()
    assert invited.state == "declined"
    assert RegisteredPerson.objects.waiting().get() == person
    page = press(client, page, "come", person)
    invited.refresh_from_db()
    assert invited.state == "confirmed"
    page = press(client, page, "decline", person)
    AppointmentFactory(session=session)
    assert "No place is left in this hour." in press(client, page, "come", person)


def test_withdrawing_asks_first_ends_the_appointment_and_can_be_taken_back(client, person, invited):
    page = press(client, opened(client, person.registration.code), "ask-withdraw", person)
    assert "Withdraw the registration?" in page
    person.refresh_from_db()
    assert person.withdrawn_at is None
    page = press(client, page, "withdraw", person)
    assert "You can take that back until" in page
    invited.refresh_from_db()
    assert invited.state == "declined"
    assert not RegisteredPerson.objects.waiting().exists()
    press(client, page, "restore", person)
    assert RegisteredPerson.objects.waiting().get() == person
    acts = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert acts[-3:] == ["appointment.declined", "registration.withdrawn", "registration.restored"]


def test_withdrawal_is_final_after_some_days(client, person, settings):
    RegisteredPerson.objects.update(withdrawn_at=timezone.now() - timedelta(days=settings.REGISTRATION_RESTORE_DAYS))
    page = opened(client, person.registration.code)
    assert "You can take that back until" not in page
    assert "This can no longer be undone." in press(client, page, "restore", person)


def test_who_has_arrived_cannot_withdraw(client, person, invited):
    page = opened(client, person.registration.code)
    Appointment.objects.update(state="arrived", arrived_at=timezone.now())
    assert "The clinic has noted your arrival." in press(client, page, "withdraw", person)
    assert "invitation was used already" in press(client, page, "decline", person)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("no-show", "You did not come on"),
        ("cancelled", "The clinic had to cancel your appointment"),
        ("declined", "You cannot come on the day"),
        ("done", "You were seen on"),
    ],
)
def test_status_says_what_became_of_the_last_appointment(client, person, state, words):
    session = ClinicSessionFactory(facility=person.preferred_facility)
    AppointmentFactory(session=session, person=person, state=state, arrived_at=timezone.now(), end_reason="mất điện")
    assert words in opened(client, person.registration.code)


def test_button_of_another_registration_or_an_old_page_does_nothing(client, person):
    other = RegisteredPersonFactory()
    page = opened(client, person.registration.code)
    assert "Too much time has passed." in press(client, page, "withdraw", other)
    assert "Too much time has passed." in client.post(URL, {"do": "withdraw", "person": person.pk}).content.decode()
    assert not RegisteredPerson.objects.filter(withdrawn_at__isnull=False).exists()
