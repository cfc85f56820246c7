"""At the desk: showing phone and address for a reason, and adding a person to the registry."""

import re
from html import unescape

import pytest

from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, officer_at
from residents.models import Resident
from residents.services import register_resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER, OLD = "079090000001", "012345678"
CARD = f"{NUMBER}|{OLD}|Nguyễn Văn An|05031990|Nam|12 Lê Lợi, Phường Bến Nghé, Quận 1|15042021"


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture(autouse=True)
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


def scan(client, text):
    return ticket_of(client.post("/desk/", {"scan": text}).content.decode())


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def post(client, path, ticket, **said):
    response = client.post(path, {"ticket": ticket} | said)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_unmask_shows_phone_and_address_and_logs_the_reason(client, officer):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An", phone="0912345678", address="12 Lê Lợi, Quận 1")
    DeclarationFactory(resident=NUMBER, phone="0987654321")
    page = post(client, "/desk/unmask/", scan(client, CARD), reason="Gọi người nhà")
    assert not {"0912345678", "0987654321", "12 Lê Lợi, Quận 1"} - set(re.findall(r">([^<,]+(?:, Quận 1)?)<", page))
    entry = AuditEntry.objects.get(action="resident.unmasked")
    assert (entry.user, entry.resident) == (officer, NUMBER)
    assert entry.changes == {"purpose": "checkpoint", "reason": "Gọi người nhà"}


def test_unmask_without_a_reason_shows_nothing(client):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An", phone="0912345678")
    page = post(client, "/desk/unmask/", scan(client, NUMBER), reason=" ")
    assert "0912345678" not in page
    assert "Say why you need them." in page
    assert not AuditEntry.objects.filter(action="resident.unmasked").exists()


def test_passage_recorded_after_unmasking_is_the_one_of_the_scan(client):
    ticket = scan(client, NUMBER)
    unmasked = ticket_of(post(client, "/desk/unmask/", ticket, reason="Gọi lại"))
    for one in (ticket, unmasked):
        client.post("/desk/passages/", {"ticket": one, "outcome": "passed"})
    assert Passage.objects.count() == 1


def test_unknown_person_is_registered_from_the_card(client):
    page = post(client, "/desk/register/", scan(client, CARD))
    person = Resident.objects.get(pk=NUMBER)
    assert (person.full_name, person.source, str(person.birth)) == ("Nguyễn Văn An", "checkpoint", "05/03/1990")
    assert person.verified_at
    assert Resident.objects.get(pk=OLD).superseded_by == person
    assert "Registered." in page
    assert "register-title" not in page
    client.post("/desk/passages/", {"ticket": ticket_of(page), "outcome": "passed"})
    assert Passage.objects.get().verdict_reasons == ["no-declaration"]


def test_person_is_registered_where_they_live(client, checkpoint):
    """Proposed is where the post stands; one key changes it."""
    elsewhere = UnitFactory(name="Tỉnh Đồng Nai")
    page = unescape(client.post("/desk/", {"scan": NUMBER}).content.decode())
    assert f'<option value="{checkpoint.unit_id}" selected>' in page
    facts = {"full_name": "Trần Thị Bé", "birth": "1990", "province": elsewhere.pk}
    post(client, "/desk/register/", ticket_of(page), **facts)
    assert Resident.objects.get(pk=NUMBER).province == elsewhere


def test_province_on_the_card_is_proposed_before_that_of_the_post(client):
    province = UnitFactory(name="Tỉnh Đồng Nai")
    card = CARD.replace("Quận 1", "Tỉnh Đồng Nai")
    page = unescape(client.post("/desk/", {"scan": card}).content.decode())
    assert f'<option value="{province.pk}" selected>' in page
    post(client, "/desk/register/", ticket_of(page), province=province.pk)
    assert Resident.objects.get(pk=NUMBER).province == province


def test_unknown_person_without_a_card_is_registered_by_name_and_birth(client):
    post(client, "/desk/register/", scan(client, NUMBER), full_name="trần thị bé", birth="1990", sex="F")
    person = Resident.objects.get(pk=NUMBER)
    assert (person.full_name, str(person.birth), person.sex, person.verified_at) == ("trần thị bé", "1990", "F", None)


def test_registration_without_a_card_needs_name_and_birth(client):
    page = post(client, "/desk/register/", scan(client, NUMBER), full_name="", birth="x")
    assert "Enter the name." in page
    assert "Enter the date of birth as" in page
    assert not Resident.objects.exists()


def test_registration_of_somebody_registered_meanwhile_shows_them(client):
    ticket = scan(client, NUMBER)
    register_resident(by=actor(), source="clinic", number=NUMBER, full_name="Lê Văn Nhanh")
    page = post(client, "/desk/register/", ticket, full_name="Trần Thị Bé", birth="1990")
    assert "registered already" in page
    assert "Lê Văn Nhanh" in page
    assert Resident.objects.count() == 1


def test_provisional_number_never_issued_is_not_registered(client):
    page = post(client, "/desk/register/", scan(client, "T00000099999"), full_name="Trần Thị Bé", birth="1990")
    assert "never issued" in page
    assert not Resident.objects.exists()


def test_person_known_by_the_old_number_gets_the_cards_number(client):
    ResidentFactory(citizen_id=OLD, full_name="Nguyễn Văn An")
    assert "079 0 90 000001" in post(client, "/desk/register/", scan(client, CARD))
    assert Resident.objects.get(pk=OLD).superseded_by_id == NUMBER
