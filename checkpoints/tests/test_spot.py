"""Declared on the spot: asked by the officer, of somebody who has filed nothing."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from checkpoints.models import Declaration, Passage
from checkpoints.tests.factories import (
    CheckpointFactory,
    DeclarationFactory,
    PassageFactory,
    SymptomFactory,
    VehicleKindFactory,
    keys_of,
    officer_at,
)
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER = "079090000001"
CARD = f"{NUMBER}||Nguyễn Văn An|05031990|Nam|12 Lê Lợi, Phường Bến Nghé, Quận 1|15042021"


@pytest.fixture
def checkpoint():
    return CheckpointFactory(unit=UnitFactory(name="Tỉnh Lâm Đồng", name_en="Lam Dong"))


@pytest.fixture(autouse=True)
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


@pytest.fixture
def ticket(client):
    return ticket_of(scan(client, CARD))


def scan(client, text):
    return unescape(client.post("/desk/", {"scan": text}).content.decode())


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def chosen(page, name):
    """What is chosen in a field beforehand; None where nothing is."""
    select = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)[0]
    found = re.search(r'value="\d+" selected>([^<]+)<', select)
    return found and found[1]


@pytest.fixture
def said():
    return {
        "origin": UnitFactory(name="Tỉnh Đồng Nai").pk,
        "destination": UnitFactory(name="Tỉnh Lâm Đồng").pk,
        "vehicle_kind": VehicleKindFactory().pk,
        "plate": "51F-123.45",
        "has_travelled": "no",
        "is_ill": "no",
        "had_contact": "no",
        "full_name": "Nguyễn Văn An",
        "birth": "05/03/1990",
    }


def post(client, ticket, said):
    response = client.post("/desk/declare/", {"ticket": ticket} | said)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_it_works(client, ticket, said, officer, checkpoint):
    page = post(client, ticket, said)
    declaration = Declaration.objects.get()
    assert (declaration.resident, declaration.filed_by, declaration.checkpoint) == (NUMBER, officer, checkpoint)
    assert (declaration.origin_id, declaration.plate, declaration.symptoms) == (said["origin"], "51F12345", [])
    assert "Declaration filed." in page
    client.post("/desk/passages/", {"ticket": ticket_of(page), "outcome": "passed"})
    passage = Passage.objects.get()
    assert (passage.declaration, passage.origin_id, passage.plate) == (declaration, said["origin"], "51F12345")
    assert AuditEntry.objects.get(action="declaration.filed").user == officer


def test_form_stands_ready_with_what_the_card_and_the_post_say(client):
    UnitFactory(name="Tỉnh Đồng Nai", name_en="Dong Nai")
    page = scan(client, CARD.replace("Quận 1", "Tỉnh Đồng Nai"))
    assert re.search(r'name="full_name" value="Nguyễn Văn An"', page)
    assert re.search(r'name="birth" value="05/03/1990"', page)
    assert (chosen(page, "origin"), chosen(page, "destination")) == ("Dong Nai", "Lam Dong")
    assert "From Dong Nai to Lam Dong" in page


def test_vehicle_and_health_are_never_answered_beforehand(client):
    VehicleKindFactory()
    SymptomFactory()
    page = scan(client, CARD)
    assert re.findall(r'name="(vehicle_kind|has_travelled|is_ill|had_contact|symptoms)"', page)
    assert not re.search(r"<input[^>]* checked", page)


def test_journey_begins_where_the_registry_has_the_person_living(client):
    ResidentFactory(citizen_id=NUMBER, province=UnitFactory(name_en="Tay Ninh"))
    assert chosen(scan(client, NUMBER), "origin") == "Tay Ninh"


def test_where_from_is_asked_of_whom_nothing_says_it(client):
    page = scan(client, CARD)
    assert chosen(page, "origin") is None
    assert re.search(r'<details class="desk-more" open>\s*<summary[^>]*>Journey and person', page)


def test_same_form_sent_twice_files_one_declaration(client, ticket, said):
    for _n in range(2):
        post(client, ticket, said)
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"had_contact": ""}, "Answer yes or no."),
        ({"is_ill": "yes"}, "Tick the signs."),
        ({"has_travelled": "yes"}, "Name the places."),
        ({"places_visited": "Huế"}, "“No” was answered, but places are named."),
        ({"origin": ""}, "Choose where the journey begins."),
        ({"vehicle_kind": ""}, "Choose the vehicle."),
    ],
)
def test_unanswered_question_files_nothing(client, ticket, said, changes, message):
    assert message in post(client, ticket, said | changes)
    assert not Declaration.objects.exists()


def test_signs_of_illness_stop(client, ticket, said):
    SymptomFactory(code="fever")
    assert "verdict-stop" in post(client, ticket, said | {"is_ill": "yes", "symptoms": ["fever"]})


def test_declaration_in_force_needs_no_other(client):
    DeclarationFactory(resident=NUMBER)
    assert "Declare on the spot" not in scan(client, NUMBER)


def test_who_has_just_passed_here_is_asked_nothing(client, checkpoint, officer):
    PassageFactory(resident=NUMBER, checkpoint=checkpoint, officer=officer)
    assert "Declare on the spot" not in scan(client, NUMBER)


def test_desk_names_the_officer_who_filed(client, ticket, said, officer):
    assert f"filed at the desk by {officer.full_name}" in post(client, ticket, said)
    assert "filed at the desk" not in scan(client, keys_of(DeclarationFactory(resident="079090000009"))[1])


def test_child_whose_pass_has_expired_is_declared_as_the_child(client, said):
    hours_ago = timezone.now() - timedelta(hours=30)
    facts = {"has_number": False, "full_name": "Trần Văn Bé", "submitted_at": hours_ago}
    old = DeclarationFactory(resident=NUMBER, **facts, valid_until=hours_ago + timedelta(hours=24))
    page = scan(client, keys_of(old)[1])
    page = post(client, ticket_of(page), said | {"full_name": "Trần Văn Bé", "birth": "2019"})
    new = Declaration.objects.latest("pk")
    assert (new.resident, new.has_number, new.is_for_other) == (NUMBER, False, True)
    assert '<h2 id="who-title">Trần Văn Bé</h2>' in page
    assert "Declare on the spot" not in page
    client.post("/desk/passages/", {"ticket": ticket_of(page), "outcome": "passed"})
    assert Passage.objects.get().declaration == new
