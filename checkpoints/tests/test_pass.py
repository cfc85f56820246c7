"""The pass: readable by everybody, saying nothing about anybody."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from checkpoints.templatetags.passes import moment
from checkpoints.tests.factories import DeclarationFactory, keys_of, officer_at
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def declaration():
    return DeclarationFactory()


def test_it_works(client, declaration, django_assert_num_queries):
    token, code = keys_of(declaration)
    with django_assert_num_queries(1):
        page = client.get(f"/p/{token}/").content.decode()
    assert f"{code[:4]} {code[4:]}" in page
    assert f"Valid until {moment(declaration.valid_until)}" in page
    assert f"Declaration received {moment(declaration.submitted_at)}" in page
    assert "<svg" in page
    assert "style=" not in page


def test_pass_shows_nothing_about_the_person_or_the_journey(client, declaration):
    page = client.get(f"/p/{keys_of(declaration)[0]}/").content.decode()
    facts = (declaration.resident, declaration.full_name, declaration.phone, declaration.plate, declaration.origin_text)
    assert not [fact for fact in facts if fact in page]
    assert "000001" not in page
    assert declaration.checkpoint.name_en not in page


def test_pass_is_kept_by_the_phone_alone_until_it_ends(client, declaration):
    response = client.get(f"/p/{keys_of(declaration)[0]}/")
    directives = dict(part.strip().partition("=")[::2] for part in response["Cache-Control"].split(","))
    assert "private" in directives
    assert 70 * 3600 < int(directives["max-age"]) <= 71 * 3600
    assert response["X-Robots-Tag"] == "noindex"
    # Not "no-referrer": with it browsers send no origin either, and the page's own forms would be refused.
    assert response["Referrer-Policy"] == "same-origin"


def test_expired_pass_says_so_and_shows_no_code(client):
    declaration = DeclarationFactory(submitted_at=timezone.now() - timedelta(hours=73))
    token, code = keys_of(declaration)
    response = client.get(f"/p/{token}/")
    assert "Expired" in response.content.decode()
    assert code[:4] not in response.content.decode()
    assert "max-age=0" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/p/AAAAAAAAAAAAAAAAAAAAAA/", "/p/short/", "/p/AAAAAAAAAAAAAAAAAAAAA%0A/"])
def test_unknown_token_is_a_page_not_found(client, declaration, path):
    keys_of(declaration)
    assert client.get(path).status_code == 404


def test_short_code_opens_no_page(client, declaration):
    assert client.get(f"/p/{keys_of(declaration)[1]}/").status_code == 404


def test_officer_gets_a_button_that_posts_the_pass_to_the_desk(client, declaration):
    officer_at(declaration.checkpoint, client)
    token, _code = keys_of(declaration)
    response = client.get(f"/p/{token}/")
    assert 'action="/desk/"' in response.content.decode()
    assert "max-age=0" in response["Cache-Control"]
    assert declaration.full_name in client.post("/desk/", {"scan": f"http://testserver/p/{token}/"}).content.decode()


def test_other_staff_see_what_everybody_sees(client, declaration):
    sign_in(client, UserFactory(roles=[Role.CLINIC_STAFF]))
    assert "/desk/" not in client.get(f"/p/{keys_of(declaration)[0]}/").content.decode()


@pytest.mark.parametrize(
    ("language", "zone", "day", "words"),
    [
        ("en", "Asia/Ho_Chi_Minh", 24, "18:00 Tuesday 24/11"),
        ("en", "UTC", 24, "11:00 Tuesday 24/11"),
        ("en", "Asia/Ho_Chi_Minh", 29, "18:00 Sunday 29/11"),
    ],
)
def test_moment_is_said_in_the_language_and_time_zone_of_the_screen(language, zone, day, words):
    evening = datetime(2026, 11, day, 18, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        assert moment(evening) == words.replace(" ", "\u00a0")
