"""A proof of recovery, shown to the officer: noted with its day, judged, and kept with the passage."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from checkpoints.models import Passage
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, officer_at, rule
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER, OTHER = "079090000001", "079090000002"


@pytest.fixture(autouse=True)
def officer(client):
    """At a checkpoint that stops whoever has not recovered in the last six months."""
    checkpoint = CheckpointFactory()
    rule({"kind": "recovered", "number": 6, "is_negated": True}, checkpoint=checkpoint, reason_en="Not immune")
    for number in (NUMBER, OTHER):
        ResidentFactory(citizen_id=number, full_name="Nguyễn Văn An")
        DeclarationFactory(resident=number, full_name="Nguyễn Văn An")
    return officer_at(checkpoint, client)


def post(client, path, **said):
    response = client.post(path, said)
    assert response.status_code == 200
    return unescape(response.content.decode())


def scan(client):
    return post(client, "/desk/", scan=NUMBER)


def ticket_of(page):
    return re.search(r'name="ticket" value="([^"]+)"', page)[1]


def verdict(page):
    return re.search(r'class="verdict verdict-(\w+)"', page)[1]


def prove(client, page, found, day=""):
    return post(client, "/desk/proof/", ticket=ticket_of(page), found=found, recovered_on=day)


def days_ago(number):
    return (timezone.localdate() - timedelta(days=number)).strftime("%d/%m/%Y")


def test_it_works(client):
    page = scan(client)
    assert verdict(page) == "check"
    assert "Not immune (not known: proof of recovery)" in page
    page = prove(client, page, "seen", days_ago(40))
    assert verdict(page) == "pass"
    assert f"Recovered on {days_ago(40)}: proof seen by you" in page
    client.post("/desk/passages/", {"ticket": ticket_of(page), "outcome": "passed"})
    assert Passage.objects.get().recovered_on == timezone.localdate() - timedelta(days=40)
    facts = AuditEntry.objects.filter(action="resident.read").latest("pk").changes["facts"]
    assert (facts["has_recovered"], facts["recovered_on"]) == (True, str(timezone.localdate() - timedelta(days=40)))


def test_proof_that_is_too_old_and_no_proof_both_stop(client):
    page = scan(client)
    assert verdict(prove(client, page, "seen", days_ago(400))) == "stop"
    page = prove(client, page, "none")
    assert verdict(page) == "stop"
    assert "You found no proof." in page


def test_proof_noted_by_mistake_is_taken_back(client):
    page = prove(client, scan(client), "seen", days_ago(40))
    page = prove(client, page, "forget")
    assert verdict(page) == "check"
    client.post("/desk/passages/", {"ticket": ticket_of(page), "outcome": "passed"})
    assert Passage.objects.get().recovered_on is None


def test_proof_stays_noted_while_phone_and_address_are_shown(client):
    page = prove(client, scan(client), "seen", days_ago(40))
    page = post(client, "/desk/unmask/", ticket=ticket_of(page), reason="Gọi người nhà")
    assert verdict(page) == "pass"
    client.post("/desk/passages/", {"ticket": ticket_of(page), "outcome": "passed"})
    assert Passage.objects.get().recovered_on


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("", "Enter the day of recovery that stands on the proof."),
        ("31/02/2026", "Enter a valid date."),
        ("05/10/2099", "This day lies in the future. Check the paper."),
    ],
)
def test_unreadable_day_notes_nothing_and_stays_in_the_field(client, day, message):
    page = prove(client, scan(client), "seen", day)
    assert message in page
    assert f'value="{day}"' in page
    assert verdict(page) == "check"


def test_nothing_is_asked_where_no_rule_asks_for_it(client):
    officer_at(CheckpointFactory(), client)
    assert "Proof of recovery" not in scan(client)


def group_of(page):
    return re.search(r'name="group" value="([^"]*)"', page)[1]


def keys(page):
    return re.findall(r'name="([0-9a-f-]{36})-outcome"', page)


def verdicts(page):
    return re.findall(r"verdict-line-(\w+)", page)


@pytest.fixture
def bus(client):
    page = post(client, "/desk/group/", scan=NUMBER)
    return post(client, "/desk/group/", scan=OTHER, group=group_of(page))


def test_proof_of_one_in_a_group_changes_that_one_only(client, bus):
    first = keys(bus)[0]
    said = {f"{first}-recovered_on": days_ago(40), "proving": f"{first}:seen", "group": group_of(bus)}
    page = post(client, "/desk/group/", **said)
    assert verdicts(page) == ["pass", "check"]
    first = keys(page)[0]
    outcomes = {f"{key}-outcome": "passed" for key in keys(page)}
    post(client, "/desk/group/record/", group=group_of(page), **outcomes)
    recovered = dict(Passage.objects.values_list("resident", "recovered_on"))
    assert recovered == {NUMBER: timezone.localdate() - timedelta(days=40), OTHER: None}


def test_day_typed_in_a_group_but_not_noted_is_not_lost(client, bus):
    first, second = keys(bus)
    outcomes = {f"{first}-outcome": "passed", f"{second}-outcome": "passed"}
    said = outcomes | {"group": group_of(bus), f"{first}-recovered_on": days_ago(40)}
    page = post(client, "/desk/group/record/", **said)
    assert "Press “I have seen the proof” first" in page
    assert f'value="{days_ago(40)}"' in page
    assert Passage.objects.get().resident == OTHER


def test_unreadable_day_in_a_group_is_said_beside_it(client, bus):
    first = keys(bus)[0]
    said = {f"{first}-recovered_on": "mai", f"{first}-outcome": "passed", "proving": f"{first}:seen"}
    page = post(client, "/desk/group/", group=group_of(bus), **said)
    assert "Enter a valid date." in page
    assert 'value="mai"' in page
    assert verdicts(page) == ["check", "check"]
