"""Signing in and out: who gets in, what is recorded, and where it leads."""

import pytest
from django.utils import translation

from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "bốn mươi hai con vịt"


@pytest.fixture
def officer():
    return UserFactory(username="officer", full_name="Trần Thị Bưởi", password=PASSWORD, roles=[Role.OFFICER])


def post_login(client, username="officer", password=PASSWORD, **data):
    return client.post("/login/", {"username": username, "password": password, **data})


def test_sign_in_right_password_opens_and_is_recorded(client, officer):
    response = post_login(client)
    assert response.status_code == 302
    assert response.url == "/"
    assert "Trần Thị Bưởi" in client.get("/account/").content.decode()
    entry = AuditEntry.objects.get(action="sign-in")
    assert (entry.user, entry.object_id, entry.address, entry.channel) == (officer, str(officer.pk), "127.0.0.1", "web")


def test_sign_in_wrong_password_says_the_same_as_unknown_name(client, officer):
    wrong = post_login(client, password="không phải")
    unknown = post_login(client, username="nobody", password="không phải")
    for response in (wrong, unknown):
        assert response.status_code == 200
        assert "_auth_user_id" not in client.session
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_sign_in_refused_is_recorded_without_what_was_typed(client, officer):
    post_login(client, password="không phải")
    post_login(client, username="mật khẩu lỡ tay", password="x")
    known, unknown = AuditEntry.objects.filter(action="sign-in.refused").order_by("pk")
    assert (known.user, known.object_id) == (None, str(officer.pk))
    assert (unknown.object_id, unknown.changes) == ("", {})


def test_sign_in_of_an_account_not_in_use_is_refused(client, officer):
    officer.is_active = False
    officer.save()
    assert post_login(client).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("username", "password"), [("x" * 300, "y"), ("x", "y" * 2_000), ("x\0", "y"), ("", "")])
def test_sign_in_with_impossible_entries_is_refused_in_the_form(client, officer, username, password):
    assert post_login(client, username=username, password=password).status_code in (200, 400)


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/account/", "/account/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("http://testserver/account/", "/"),
        ("account", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 3_000, "/"),
    ],
)
def test_sign_in_leads_only_to_our_own_pages(client, officer, target, leads_to):
    assert post_login(client, next=target).url == leads_to


def test_sign_in_again_starts_a_new_session_clock(client, officer):
    post_login(client)
    session = client.session
    key, session["signed_in_at"] = session.session_key, session["signed_in_at"] - 3_600
    session.save()
    post_login(client)
    assert client.session["signed_in_at"] > session["signed_in_at"]
    assert client.session.session_key != key


def test_sign_out_needs_post_and_is_recorded(client, officer):
    sign_in(client, officer)
    assert client.get("/logout/").status_code == 405
    assert client.get("/account/").status_code == 200
    assert client.post("/logout/").url == "/"
    assert AuditEntry.objects.get(action="sign-out").user == officer
    assert client.get("/account/").url == "/login/?next=/account/"


def test_login_page_signed_in_leads_on(client, officer):
    sign_in(client, officer)
    assert client.get("/login/?next=/account/").url == "/account/"


def test_home_shows_the_public_a_declaration_and_staff_their_places_of_work(client, officer):
    with translation.override("vi"):
        public = client.get("/").content.decode()
        staff = sign_in(client, officer).get("/").content.decode()
    assert 'href="/declare/"' in public
    assert 'href="/desk/"' not in public
    assert 'href="/desk/"' in staff
    assert 'href="/clinic/"' not in staff
