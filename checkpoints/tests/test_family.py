"""One journey, several people: one form, one pass for all and one each."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from checkpoints.models import Declaration, PassKey
from checkpoints.tests.factories import declared, of_person
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
WIFE = {"number": "079190000002", "full_name": "Trần Thị Bình", "birth": "02/02/1991"}


def family(**different):
    return declared(people="0,1,2", **of_person(1, **WIFE), **of_person(2)) | different


def test_it_works(client):
    response = client.post("/declare/", family())
    declarer, wife, child = Declaration.objects.order_by("place_in_journey")
    assert len({row.journey for row in (declarer, wife, child)}) == 1
    assert [row.place_in_journey for row in (declarer, wife, child)] == [0, 1, 2]
    assert (wife.resident, wife.has_number, wife.is_for_other) == ("079190000002", True, True)
    assert (child.full_name, str(child.birth), child.phone) == ("Nguyễn Bé Tư", "2018", "0912345678")
    assert not declarer.is_for_other
    assert AuditEntry.objects.filter(action="declaration.filed").count() == 3
    assert re.fullmatch(r"/p/[\w-]{22}/", response["Location"])


def test_person_without_a_number_is_filed_under_the_guardian_s(client):
    client.post("/declare/", declared(people="0,1", **of_person(1)))
    child = Declaration.objects.get(place_in_journey=1)
    assert (child.resident, child.has_number, child.is_for_other) == ("079090000001", False, True)


def test_health_is_asked_of_each_person(client):
    client.post("/declare/", family(**{"p2-had_contact": "yes"}))
    assert list(Declaration.objects.order_by("place_in_journey").values_list("had_contact", flat=True)) == [
        *(False, False, True)
    ]


def test_mistake_of_one_person_files_nobody_and_names_the_person(client):
    page = client.post("/declare/", family(**{"p2-symptoms": []})).content.decode()
    assert re.search(r'<a href="#id_p2-symptoms_0">Person 3, ', page)
    assert not Declaration.objects.exists()


def test_one_number_twice_is_refused(client):
    page = client.post("/declare/", family(**{"p1-number": "079090000001"})).content.decode()
    assert "This person is in the list already." in page
    assert not Declaration.objects.exists()


def test_person_is_added_and_removed_without_losing_what_was_typed(client):
    page = client.post("/declare/", declared(do="add")).content.decode()
    assert 'name="p1-full_name"' in page
    assert 'value="Nguyễn Văn An"' in page
    assert "error-summary" not in page
    page = client.post("/declare/", family(do="remove-1")).content.decode()
    assert "p1-" not in page
    assert 'value="Nguyễn Bé Tư"' in page
    assert 'name="people" value="0,2"' in page


def test_no_more_people_than_a_form_holds(client):
    page = client.post("/declare/", declared(do="add", people=",".join(map(str, range(50))))).content.decode()
    assert page.count('-full_name"') > 0
    assert "p9-full_name" in page
    assert "p10-" not in page
    assert 'value="add"' not in page


def test_declaration_for_somebody_else_is_recorded_as_such(client):
    client.post("/declare/", declared(is_for_other="on"))
    assert Declaration.objects.get().is_for_other


def test_pass_of_the_journey_shows_a_code_each_and_no_name(client, django_assert_max_num_queries):
    location = client.post("/declare/", family())["Location"]
    with django_assert_max_num_queries(4):
        page = client.get(location).content.decode()
    codes = {code for code in PassKey.objects.values_list("key", flat=True) if len(code) == 8}
    assert len(codes) == 4
    assert all(f"{code[:4]} {code[4:]}" in page for code in codes)
    assert "Person 3 of 3" in page
    assert page.count("<svg") == 4
    assert not [fact for fact in ("Nguyễn", "Bình", "079", "0912") if fact in page]
    journey = PassKey.objects.get(key=location.split("/")[2])
    assert journey.members == ["079090000001", "079190000002", "079090000001"]


def test_pass_of_one_of_them_shows_that_one_alone(client):
    client.post("/declare/", family())
    child = Declaration.objects.get(place_in_journey=2)
    token = next(key.key for key in child.keys.all() if key.is_token)
    page = client.get(f"/p/{token}/").content.decode()
    assert page.count("<svg") == 1
    assert "Person" not in page


@pytest.mark.django_db(transaction=True)
def test_double_tap_on_two_connections_files_the_family_once():
    sent = family()

    def tap(_n):
        try:
            return Client().post("/declare/", sent)["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        passes = set(pool.map(tap, range(8)))
    assert len(passes) == 1
    assert Declaration.objects.count() == 3
    assert PassKey.objects.count() == 8
