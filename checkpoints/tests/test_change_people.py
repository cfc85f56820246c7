"""Who travels changes: somebody joins a journey declared, somebody stays at home, a number was wrong."""

import re
from html import unescape

import pytest

from checkpoints.declaring.views import LAST_PASS
from checkpoints.models import Declaration, PassKey
from checkpoints.tests.factories import declared, of_person
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
IDENTITY = {"do": "open", "birth": "05/03/1990", "phone": "0912345678"}
WIFE = {"number": "079190000002", "full_name": "Trần Thị Bình", "birth": "02/02/1991"}


@pytest.fixture
def alone(client):
    sent = declared()
    return client.post("/declare/", sent)["Location"], sent


@pytest.fixture
def family(client):
    sent = declared(people="0,1,2", **of_person(1, **WIFE), **of_person(2))
    return client.post("/declare/", sent)["Location"], sent


def opened(client, location, **different):
    page = unescape(client.post(f"{location}change/", IDENTITY | different).content.decode())
    return re.search(r'name="opened" value="([^"]+)"', page)[1], page


def change(client, location, sent, **different):
    proof, _page = opened(client, location)
    return client.post(f"{location}change/", sent | {"opened": proof} | different)


def travelling():
    """(place, name, version) of those whose declaration stands."""
    standing = Declaration.objects.filter(superseded_at=None, withdrawn_at=None).order_by("place_in_journey")
    return list(standing.values_list("place_in_journey", "full_name", "version"))


def test_somebody_joins_who_travelled_alone_and_both_get_a_pass_together(client, alone):
    location, sent = alone
    _proof, page = opened(client, location)
    assert "Add another person" in page
    response = change(client, location, sent, people="0,1", **of_person(1))
    assert travelling() == [(0, "Nguyễn Văn An", 2), (1, "Nguyễn Bé Tư", 1)]
    old, child = Declaration.objects.get(version=2), Declaration.objects.get(place_in_journey=1)
    assert (child.resident, child.has_number, child.is_for_other) == (old.resident, False, True)
    assert (child.journey, child.valid_until) == (old.journey, old.valid_until)
    assert response.status_code == 303
    assert not response["Location"].startswith(location)
    page = client.get(response["Location"]).content.decode()
    assert "Checkpoint pass for 2 people" in page
    assert page.count("<svg") == 3
    assert client.get(location).status_code == 200
    assert AuditEntry.objects.filter(action="declaration.filed").count() == 2
    same = client.post("/declare/", {"do": "same"}).content.decode()
    assert 'value="Nguyễn Văn An"' in unescape(same)


def test_third_joins_the_pass_of_two(client):
    sent = declared(people="0,1", **of_person(1))
    location = client.post("/declare/", sent)["Location"]
    response = change(client, location, sent | {"people": "0,1,2"} | of_person(2, **WIFE))
    assert [place for place, _name, _version in travelling()] == [0, 1, 2]
    assert response["Location"].startswith(location)
    assert client.get(response["Location"]).content.decode().count("<svg") == 4
    key = PassKey.objects.get(key=location.split("/")[2])
    assert key.members == ["079090000001", "079090000001", "079190000002"]


def test_somebody_removed_does_not_travel(client, family):
    location, sent = family
    before = client.get(location).content
    response = change(client, location, sent, people="0,2")
    assert [name for _place, name, _version in travelling()] == ["Nguyễn Văn An", "Nguyễn Bé Tư"]
    assert AuditEntry.objects.get(action="declaration.withdrawn").resident == "079190000002"
    page = client.get(response["Location"])
    assert page.content != before
    assert page.content.decode().count("Withdrawn") == 1
    # An address of its own: the phone keeps the page of the old version.
    assert response["Location"] != location


def test_those_who_stay_can_be_changed_afterwards(client, family):
    location, sent = family
    change(client, location, sent, people="0,2")
    _proof, page = opened(client, location)
    assert "Trần Thị Bình" not in page
    child = of_person(1, full_name="Nguyễn Bé Tư")
    assert change(client, location, declared(people="0,1", **child), plate="60A-111.11").status_code == 303
    assert {place: version for place, _name, version in travelling()} == {0: 3, 2: 3}


def test_somebody_is_added_while_another_is_removed(client, family):
    location, sent = family
    proof, _page = opened(client, location)
    page = client.post(f"{location}change/", sent | {"opened": proof, "people": "0,2", "do": "add"}).content.decode()
    assert 'name="people" value="0,2,3"' in page
    assert 'name="p3-number"' in page
    assert not re.search(r'type="text"[^>]* name="p2-number"|name="p2-number"[^>]* type="text"', page)
    change(client, location, sent, people="0,2,3", **of_person(3, full_name="Lê Văn Cháu", birth="2019"))
    assert [(place, name) for place, name, _version in travelling()] == [
        *((0, "Nguyễn Văn An"), (2, "Nguyễn Bé Tư"), (3, "Lê Văn Cháu"))
    ]


def test_change_of_people_sent_twice_counts_once(client, alone):
    location, sent = alone
    proof, _page = opened(client, location)
    joined = sent | of_person(1) | {"opened": proof, "people": "0,1"}
    answers = [client.post(f"{location}change/", joined)["Location"] for _tap in range(2)]
    assert answers[0] == answers[1]
    assert Declaration.objects.count() == 3
    assert PassKey.objects.count() == 6


def test_somebody_in_the_list_already_is_not_added_again(client, alone):
    location, sent = alone
    page = change(client, location, sent, people="0,1", **of_person(1, number="079090000001")).content.decode()
    assert "This person is in the list already." in page
    assert Declaration.objects.count() == 1


def test_own_pass_of_a_companion_adds_nobody(client, family):
    wife = Declaration.objects.get(place_in_journey=1)
    token = next(key.key for key in wife.keys.all() if key.is_token)
    _proof, page = opened(client, f"/p/{token}/", birth="02/02/1991")
    assert "Add another person" not in page


def test_page_says_that_numbers_stay_and_files_anew_in_one_tap(client, alone):
    location, sent = alone
    proof, page = opened(client, location)
    assert "A number cannot be changed here" in page
    page = client.post(f"{location}change/", sent | {"opened": proof, "do": "anew", "number": ""}).content.decode()
    assert 'name="number" value="079090000001"' in page
    assert 'value="51f-123.45"' in page
    assert "checked" in page
    assert Declaration.objects.get().withdrawn_at is None
    anew = sent | {"opened": proof, "anew": "1", "number": "079090000018"}
    for _tap in range(2):
        response = client.post(f"{location}change/", anew)
    old, new = Declaration.objects.order_by("pk")
    assert old.withdrawn_at
    assert (new.resident, new.plate, new.version) == ("079090000018", "51F12345", 1)
    assert client.get(response["Location"]).status_code == 200
    assert client.cookies[LAST_PASS.name].value
    assert "Withdrawn" in client.get(f"{location}?v=2").content.decode()


def test_mistake_while_filing_anew_withdraws_nothing_and_keeps_what_was_typed(client, alone):
    location, sent = alone
    proof, _page = opened(client, location)
    anew = sent | {"opened": proof, "anew": "1", "number": "0790900000"}
    page = client.post(f"{location}change/", anew).content.decode()
    assert "error-summary" in page
    assert 'value="0790900000"' in page
    assert 'name="anew" value="1"' in page
    assert Declaration.objects.get().withdrawn_at is None
