"""A bus or two on a bike: looked up one after the other, recorded together, each with an outcome of their own."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from checkpoints.models import Passage, PassKey
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, keys_of, officer_at
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
AN, BINH, CHI = "079090000001", "079090000002", "079190000003"


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture(autouse=True)
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


def group_of(page):
    return re.search(r'name="group" value="([^"]*)"', page)[1]


def add(client, text, page=""):
    said = {"scan": text, "group": group_of(page) if page else ""}
    return unescape(client.post("/desk/group/", said).content.decode())


def lines(page):
    """The prefix of each line's fields, in the order shown."""
    return re.findall(r'name="([0-9a-f-]{36})-outcome"', page)


def chosen(page):
    return re.findall(r'-outcome" class="form-select"[^>]*>.*?value="([\w-]*)" selected', page)


def record(client, page, **said):
    outcomes = {f"{key}-outcome": outcome for key, outcome in zip(lines(page), chosen(page), strict=True)}
    return unescape(client.post("/desk/group/record/", {"group": group_of(page)} | outcomes | said).content.decode())


def test_it_works(client):
    DeclarationFactory(resident=AN)
    page = add(client, BINH, add(client, AN))
    assert "2 people in the list" in page
    page = record(client, page)
    assert "Recorded together: 2." in page
    one, two = Passage.objects.all()
    assert one.group == two.group is not None
    assert {one.resident, two.resident} == {AN, BINH}
    assert AuditEntry.objects.filter(action="resident.read").count() == 2


def test_stop_without_a_reason_waits_and_loses_nobody(client):
    DeclarationFactory(resident=AN, had_contact=True)
    page = add(client, BINH, add(client, AN))
    assert chosen(page) == ["turned-back", "passed"]
    page = record(client, page)
    assert "Recorded together: 1." in page
    assert "Still to record, for want of a reason: 1." in page
    assert "Choose a reason, or write one." in page
    assert Passage.objects.get().resident == BINH
    assert len(lines(page)) == 1
    page = record(client, page, **{f"{lines(page)[0]}-chosen_reason": "contact"})
    assert "Recorded together: 1." in page
    assert set(Passage.objects.values_list("resident", "outcome")) == {(AN, "turned-back"), (BINH, "passed")}
    assert Passage.objects.values("group").distinct().count() == 1


def test_list_sent_again_while_somebody_waits_records_nobody_twice(client):
    DeclarationFactory(resident=AN, had_contact=True)
    page = add(client, BINH, add(client, AN))
    record(client, page)
    again = record(client, page)
    assert Passage.objects.count() == 1
    assert len(lines(again)) == 1


def test_nobody_can_be_recorded_without_the_reasons(client):
    DeclarationFactory(resident=AN, had_contact=True)
    page = record(client, add(client, AN))
    assert "Recorded together" not in page
    assert "Still to record, for want of a reason: 1." in page
    assert not Passage.objects.exists()


def test_choice_stays_with_its_person_when_another_leaves_the_list(client):
    page = add(client, CHI, add(client, BINH, add(client, AN)))
    first, _second, third = lines(page)
    said = {"group": group_of(page), "leaving": first, f"{third}-outcome": "testing", f"{third}-chosen_reason": "ill"}
    page = client.post("/desk/group/", said).content.decode()
    assert chosen(page) == ["passed", "testing"]


def test_group_sent_twice_is_recorded_once(client):
    page = add(client, BINH, add(client, AN))
    record(client, page)
    record(client, page)
    assert Passage.objects.count() == 2


def test_same_person_scanned_twice_is_one_line(client):
    assert len(lines(add(client, AN, add(client, AN)))) == 1


def test_person_not_here_is_left_out(client):
    page = add(client, BINH, add(client, AN))
    record(client, page, **{f"{lines(page)[0]}-outcome": ""})
    assert Passage.objects.get().resident == BINH


def test_list_of_another_officer_is_refused(client, checkpoint):
    other = Client()
    officer_at(checkpoint, other)
    page = add(other, AN)
    assert "There was no list to record." in record(client, page)
    assert not Passage.objects.exists()


def family():
    """A journey of a mother and her child, who has no number, and the code of its pass."""
    journey = uuid4()
    mother = DeclarationFactory(resident=CHI, full_name="Trần Thị Chi", journey=journey)
    facts = {"journey": journey, "place_in_journey": 1, "has_number": False}
    child = DeclarationFactory(resident=CHI, full_name="Trần Văn Bé", **facts)
    PassKey.objects.create(key="34679CDF", resident=CHI, declaration=None, journey=journey, members=[CHI, CHI])
    return mother, child, keys_of(mother)[1], keys_of(child)[1]


@pytest.mark.parametrize("address", ["/desk/", "/desk/group/"])
def test_group_pass_adds_all_its_members(client, address):
    ResidentFactory(citizen_id=CHI, full_name="Trần Thị Chi")
    mother, child, *_codes = family()
    page = unescape(client.post(address, {"scan": "3467 9CDF"}).content.decode())
    assert len(lines(page)) == 2
    assert "no number: with the guardian" in page
    record(client, page)
    assert set(Passage.objects.values_list("resident", "declaration")) == {(CHI, mother.pk), (CHI, child.pk)}


def test_child_without_a_number_is_not_taken_for_the_guardian(client):
    ResidentFactory(citizen_id=CHI, full_name="Trần Thị Chi")
    _mother, _child, _code, childs_code = family()
    page = unescape(client.post("/desk/", {"scan": childs_code}).content.decode())
    assert '<h2 id="who-title">Trần Văn Bé</h2>' in page
    page = unescape(client.post("/desk/", {"scan": CHI}).content.decode())
    assert '<h2 id="who-title">Trần Thị Chi</h2>' in page


def test_plate_lists_all_who_declared_with_it(client):
    for number, name in ((AN, "Nguyễn Văn An"), (BINH, "Lê Thị Bình")):
        keys_of(DeclarationFactory(resident=number, full_name=name, plate="51F12345"))
    keys_of(DeclarationFactory(resident=CHI, plate="51F99999"))
    page = unescape(client.post("/desk/", {"scan": "51F-123.45"}).content.decode())
    assert "2 people have declared with 51F12345" in page
    assert "Nguyễn Văn An" in page
    assert "Lê Thị Bình" in page
    assert not Passage.objects.exists()
    assert len(lines(add(client, "51F12345"))) == 2
    assert AuditEntry.objects.filter(action="plate.read").count() == 2


def test_who_declared_twice_with_one_vehicle_is_one_person_aboard(client):
    for number in (AN, AN, BINH):
        keys_of(DeclarationFactory(resident=number, plate="51F12345"))
    for name in ("Trần Văn Bé", "Trần Văn Bé", "Trần Thị Út"):
        keys_of(DeclarationFactory(resident=AN, plate="51F12345", has_number=False, full_name=name))
    page = unescape(client.post("/desk/", {"scan": "51F-123.45"}).content.decode())
    assert "4 people have declared with 51F12345" in page
    assert len(lines(add(client, "51F12345"))) == 4


def test_plate_that_nobody_declared_is_said(client):
    assert "No declaration in force names this plate" in client.post("/desk/", {"scan": "51F-123.45"}).content.decode()
