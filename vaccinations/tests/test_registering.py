"""/register/: who registers, alone or for the family, and gets a code. Nothing is read from the registry."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from residents.models import Resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.models import RegisteredPerson, Registration
from vaccinations.tests.factories import FacilityFactory
from vaccinations.tests.registering import of_person, registration
from vaccinations.tests.session_factories import (
    ChronicConditionFactory,
    ConsentTextFactory,
    PriorityGroupFactory,
)
from vaxreg.codes import spaced
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def refusal(client, **different):
    """The page that a registration with these answers brings back."""
    response = client.post("/register/", registration(**different))
    assert response.status_code == 200
    assert not Registration.objects.exists()
    return unescape(response.content.decode())


def test_it_works(client):
    group, ailment, text = PriorityGroupFactory(), ChronicConditionFactory(code="diabetes"), ConsentTextFactory()
    sent = registration(group=group.pk, conditions=[ailment.code], number="079 090 000001", is_standby="on")
    response = client.post("/register/", sent)
    made, person = Registration.objects.get(), RegisteredPerson.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/register/{made.token}/")
    assert (made.consent, made.consented, made.is_for_other) == (text, True, False)
    assert (person.full_name, str(person.birth), person.sex) == ("Nguyễn Văn An", "05/03/1990", "M")
    assert (person.number, person.phone) == ("079090000001", "0912345678")
    assert (person.priority_group, person.conditions, person.is_standby) == (group, ["diabetes"], True)
    assert (person.province_id, person.ward_id) == (sent["province"], sent["ward"])
    assert (person.reach, person.preferred_facility_id) == ("facility", sent["where"])
    assert person.resident is None
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resident, entry.channel) == ("registration.filed", "079090000001", "public")


def test_family_has_one_code_and_the_first_person_stands_for_a_child(client):
    client.post("/register/", registration(people="0,1", **of_person(1, **{"conditions": ["unknown"]})))
    made = Registration.objects.get()
    first, child = made.people.all()
    assert (child.full_name, str(child.birth), child.number) == ("Nguyễn Bé Tư", "2018", "")
    assert (child.phone, child.province, child.reach) == (first.phone, first.province, first.reach)
    assert (first.conditions, child.conditions) == ([], None)


def test_page_of_the_code_shows_the_code_and_nothing_about_anybody(client, django_assert_max_num_queries):
    location = client.post("/register/", registration(number="079090000001"))["Location"]
    with django_assert_max_num_queries(1):
        response = client.get(location)
    page = response.content.decode()
    assert spaced(Registration.objects.get().code) in page
    assert page.count("<svg") == 1
    assert not [fact for fact in ("Nguyễn", "079090", "0912", "1990") if fact in page]
    assert "sessionid" not in client.cookies
    assert "private" in response["Cache-Control"]
    assert client.get(f"/register/{'A' * 22}/").status_code == 404


def anonymous(page, made):
    """The page without what is drawn at random."""
    text = re.sub(r"<svg.*?</svg>", "<svg>", page.content.decode(), flags=re.DOTALL)
    text = re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", text)
    moment = timezone.localtime(made.registered_at).strftime("%H:%M")
    return text.replace(spaced(made.code), "CODE").replace(made.token, "TOKEN").replace(moment, "MOMENT")


def test_answer_is_the_same_for_a_known_and_an_unknown_number(client, django_assert_num_queries):
    ResidentFactory(citizen_id="079090000001", full_name="Nguyễn Văn An")
    pages, queries = [], []
    for number in ("079090000001", "079090000002"):
        sent = registration(number=number)
        phone = Client()
        with django_assert_num_queries(20, exact=False) as counted:
            location = phone.post("/register/", sent)["Location"]
        queries.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in counted.captured_queries])
        pages.append(anonymous(phone.get(location), Registration.objects.latest("pk")))
    assert pages[0] == pages[1]
    assert queries[0] == queries[1]
    assert not [sql for sql in queries[0] if "residents_resident" in sql]
    assert Resident.objects.count() == 1


def test_choices_are_those_in_force_and_none_is_made_beforehand(client):
    yesterday = timezone.localdate() - timedelta(days=1)
    PriorityGroupFactory(name_en="Health workers")
    PriorityGroupFactory(name_en="Past group", in_force_until=yesterday)
    ChronicConditionFactory(name_en="Past condition", in_force_until=yesterday)
    ConsentTextFactory(name_en="The old text", in_force_until=yesterday)
    ConsentTextFactory(name_en="The text in force")
    province = UnitFactory()
    here = FacilityFactory(unit=UnitFactory(parent=province, name_en="Ben Nghe Ward"), name_en="Station here")
    FacilityFactory(unit=province, name_en="Station closed", is_active=False)
    FacilityFactory(name_en="Station elsewhere")
    page = client.post("/register/", {"do": "continue", "province": province.pk}).content.decode()
    for words in ("Health workers", "The text in force", "Station here", '<optgroup label="Ben Nghe Ward">'):
        assert words in page
    for words in ("Past group", "Past condition", "The old text", "Station closed", "Station elsewhere"):
        assert words not in page
    assert " checked" not in page
    assert f'value="{here.pk}" selected' not in page


@pytest.mark.parametrize(
    ("different", "field", "message"),
    [
        ({"ward": ""}, "id_ward", "Choose the ward or commune"),
        ({"ward": "0"}, "id_ward", "Select a valid choice."),
        ({"where": ""}, "id_where", "Choose where you want to be vaccinated."),
        ({"where": "0"}, "id_where", "Select a valid choice."),
        ({"where": "ward", "ward": "unknown"}, "id_where", "Choose your ward above"),
        ({"full_name": ""}, "id_full_name", "Enter the full name."),
        ({"birth": "31/02/1990"}, "id_birth", "Enter the date of birth as day/month/year"),
        ({"birth": "01/01/2190"}, "id_birth", "This date of birth lies in the future."),
        ({"sex": ""}, "id_sex", "Choose the sex."),
        ({"number": "12345"}, "id_number", "Enter 12 digits"),
        ({"number": "079190000001"}, "id_number", "The number on the card says another sex"),
        ({"number": "079091000001"}, "id_number", "The number on the card says another year of birth"),
        ({"phone": ""}, "id_phone", "Enter your phone number."),
        ({"phone": "123"}, "id_phone", "Enter a phone number of 10 digits"),
        ({"group": ""}, "id_group", "Choose a group, or"),
        ({"conditions": []}, "id_conditions_0", "Tick the diseases, or"),
        ({"conditions": ["none", "unknown"]}, "id_conditions_0", "Tick either conditions, or"),
        ({"consented": ""}, "id_consented", "Tick this box to agree."),
        ({"consent": "0"}, "id_consented", "The text to agree to has changed."),
    ],
)
def test_missing_or_wrong_answer_is_named_above_and_beside_its_field(client, different, field, message):
    page = refusal(client, **different)
    assert re.search(rf'<a href="#{field}">[^<]*: {re.escape(message)}', page)
    assert f'id="{field}"' in page
    assert page.count(message) >= 2
    assert different.get("full_name") == "" or 'value="Nguyễn Văn An"' in page


def test_province_is_asked_first_and_named_when_missing(client):
    page = refusal(client, province="", do="continue")
    assert "Choose the province or city where you live." in page
    assert "full_name" in page, "what was typed in the second step is carried"


def test_number_that_says_otherwise_is_taken_once_it_was_checked(client):
    client.post("/register/", registration(number="079190000001", is_number_right="on"))
    assert RegisteredPerson.objects.get().number == "079190000001"


def test_one_number_twice_in_a_form_is_refused(client):
    page = refusal(client, people="0,1", number="079090000001", **of_person(1, number="079 0 90 000001", sex="M"))
    assert "Person 2" in page


def test_person_is_added_and_removed_without_losing_what_was_typed(client):
    page = client.post("/register/", registration(do="add")).content.decode()
    assert 'name="p1-full_name"' in page
    assert 'value="Nguyễn Văn An"' in page
    assert "error-summary" not in page
    page = client.post("/register/", registration(people="0,1,2", do="remove-1", **of_person(2))).content.decode()
    assert 'name="people" value="0,2"' in page
    assert 'value="Nguyễn Bé Tư"' in page


@pytest.mark.django_db(transaction=True)
def test_double_tap_registers_once():
    sent = registration(people="0,1", **of_person(1))

    def tap(_n):
        try:
            return Client().post("/register/", sent)["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        locations = set(pool.map(tap, range(8)))
    assert len(locations) == 1
    assert Registration.objects.count() == 1
    assert RegisteredPerson.objects.count() == 2
    changed = Client().post("/register/", sent | {"full_name": "Nguyễn Văn Anh"})["Location"]
    assert changed not in locations, "the Back button with another answer is another registration"


def test_phone_shows_its_last_code_only_when_asked_and_forgets_when_told(client):
    location = client.post("/register/", registration())["Location"]
    page = client.get("/register/").content.decode()
    assert "Show my code" in page
    assert spaced(Registration.objects.get().code) not in page
    assert client.post("/register/", {"do": "mine"})["Location"] == location
    client.post("/register/", {"do": "forget"})
    assert "Show my code" not in client.get("/register/").content.decode()
    assert client.post("/register/", {"do": "mine"})["Location"] == "/register/"


def test_address_that_sends_too_many_is_asked_to_wait(client, settings):
    settings.PUBLIC_FORM_LIMIT = 1
    assert client.post("/register/", registration()).status_code == 303
    assert client.post("/register/", registration()).status_code == 429
    assert Registration.objects.count() == 1
