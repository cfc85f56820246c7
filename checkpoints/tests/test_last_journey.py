"""The phone remembers the last pass, shows nothing of it before it is asked, and forgets when told."""

import re

import pytest

from checkpoints.declaring.views import LAST_PASS
from checkpoints.models import Declaration
from checkpoints.tests.factories import SymptomFactory, declared, of_person
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_it_works(client):
    """Two taps: the same as last time, the health questions, send."""
    SymptomFactory(code="fever")
    client.post("/declare/", declared(symptoms=["fever"], had_contact="yes"))
    page = client.post("/declare/", {"do": "same"}).content.decode()
    assert 'value="Nguyễn Văn An"' in page
    assert 'name="origin_place" value="Bến Nghé"' in page
    sent = dict(re.findall(r'<input type="(?:hidden|text|tel)" name="(\w+)" value="([^"]*)"', page))
    answers = {"has_travelled": "no", "symptoms": "none", "had_contact": "no", "attested": "on", "do": "send"}
    assert client.post("/declare/", sent | answers).status_code == 303
    first, second = Declaration.objects.order_by("pk")
    same = ("resident", "full_name", "birth", "phone", "origin", "origin_text", "destination_text", "plate")
    assert [getattr(first, name) for name in same] == [getattr(second, name) for name in same]
    assert not second.had_contact


def test_health_is_never_filled_in(client):
    SymptomFactory(code="fever")
    test = {"test_kind": "pcr", "test_result": "negative", "test_taken_at": "05/01/2026 07:30"}
    client.post("/declare/", declared(symptoms=["fever"], has_travelled="yes", places_visited="Huế", **test))
    page = client.post("/declare/", {"do": "same"}).content.decode()
    assert "checked" not in page
    assert "Huế" not in page
    assert "2026-01-05" not in page


def test_page_shows_nothing_of_the_last_journey_before_it_is_asked(client):
    client.post("/declare/", declared())
    page = client.get("/declare/").content.decode()
    assert "Same as last time" in page
    assert not [fact for fact in ("Nguyễn Văn An", "079090000001", "Bến Nghé", "51F", "0912") if fact in page]
    assert "Nguyễn" not in str(client.cookies)


def test_cookie_is_sealed_and_hidden_from_scripts(client):
    token = client.post("/declare/", declared())["Location"].split("/")[2]
    cookie = client.cookies[LAST_PASS.name]
    assert token not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_phone_that_never_filed_is_offered_nothing(client):
    assert "Same as last time" not in client.get("/declare/").content.decode()
    assert client.post("/declare/", {"do": "same"})["Location"] == "/declare/"


def test_pass_s_token_in_place_of_the_sealed_cookie_opens_nothing(client):
    token = client.post("/declare/", declared())["Location"].split("/")[2]
    client.cookies[LAST_PASS.name] = token
    assert client.post("/declare/", {"do": "same"}).status_code == 303


def test_forgetting_removes_the_cookie(client):
    client.post("/declare/", declared())
    client.post("/declare/", {"do": "forget"})
    assert "Same as last time" not in client.get("/declare/").content.decode()


def test_of_a_family_the_person_who_filed_is_recalled_and_the_look_is_logged(client):
    client.post("/declare/", declared(people="0,1", **of_person(1)))
    response = client.post("/declare/", {"do": "same"})
    assert "Nguyễn Văn An" in response.content.decode()
    assert "Bé Tư" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert AuditEntry.objects.filter(action="declaration.recalled", resident="079090000001").count() == 1
