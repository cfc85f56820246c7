"""Declared on the spot: asked by the officer, of somebody who has filed nothing."""

import re
from html import unescape

import pytest

from checkpoints.models import Declaration, Passage
from checkpoints.tests.factories import (
    CheckpointFactory,
    DeclarationFactory,
    SymptomFactory,
    VehicleKindFactory,
    officer_at,
)
from residents.tests.factories import UnitFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER = "079090000001"
CARD = f"{NUMBER}||Nguyễn Văn An|05031990|Nam|12 Lê Lợi, Phường Bến Nghé, Quận 1|15042021"


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture(autouse=True)
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


@pytest.fixture
def ticket(client):
    return ticket_of(client.post("/desk/", {"scan": CARD}).content.decode())


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


@pytest.fixture
def said():
    return {
        "sent": "1",
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


def test_form_is_prefilled_from_the_card_and_guesses_no_journey(client, ticket, said):
    page = post(client, ticket, {})
    assert re.search(r'name="full_name" value="Nguyễn Văn An"', page)
    assert re.search(r'name="birth" value="05/03/1990"', page)
    assert not re.search(r'<option value="\d+" selected', page)
    assert re.findall(r'name="(\w+)"[^>]* autofocus', page) == ["origin"]
    assert not Declaration.objects.exists()


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
        ({"origin": ""}, "This field is required."),
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
    assert "Declare on the spot" not in client.post("/desk/", {"scan": NUMBER}).content.decode()
