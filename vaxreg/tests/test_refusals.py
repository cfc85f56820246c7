"""Every refusal is a readable page in the visitor's language, and every answer carries the security headers."""

import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from vaxreg import errors
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


def refused(client, kind):
    if kind == "403":
        sign_in(client, UserFactory(roles=[Role.OFFICER]))
        return client.get("/admin/")
    if kind == "csrf":
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        return strict.post("/login/", {"username": "x"})
    answers = {
        "nul": lambda: client.get("/?q=%00"),
        "host": lambda: client.get("/", headers={"host": "evil.example"}),
        "404": lambda: client.get("/nowhere/"),
        "405": lambda: client.get("/logout/"),
        "huge": lambda: client.post("/login/", {"username": "x" * 3_000_000}),
    }
    return answers[kind]()


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("nul", 400, "We could not read this request"),
        ("host", 400, "We could not read this request"),
        ("huge", 400, "We could not read this request"),
        ("403", 403, "You may not open this page"),
        ("csrf", 403, "This form has expired"),
        ("404", 404, "This page does not exist"),
        ("405", 405, "This page cannot be opened this way"),
    ],
)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_refusal_is_a_page_in_the_visitors_language(client, kind, status, said, language):
    client.cookies["django_language"] = language
    answer = refused(client, kind)
    assert answer.status_code == status
    page = answer.content.decode()
    assert f'<html lang="{language}">' in page
    with translation.override(language):
        assert translation.gettext(said) in page
    assert 'href="/"' in page


@pytest.mark.parametrize(("error", "lines"), [(PermissionDenied("no"), 1), (ValueError("no"), 2)])
def test_refusal_is_one_line_in_the_log_and_a_failure_keeps_its_traceback(error, lines):
    handler = next(found for found in logging.getLogger("django").handlers if found.name == "stderr")
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden", (), (type(error), error, None))
    assert handler.filter(record)
    assert len(handler.format(record).splitlines()) == lines


def test_405_says_which_methods_are_allowed(client):
    assert client.get("/logout/")["Allow"] == "POST"


def test_lock_counts_by_name_and_address_and_its_page_can_be_read(client, settings):
    settings.AXES_FAILURE_LIMIT = 3
    password = "bốn mươi hai con vịt"
    UserFactory(username="admin", password=password)
    for _number in range(3):
        answer = client.post("/login/", {"username": "admin", "password": "wrong"})
    right = {"username": "admin", "password": password}
    locked = client.post("/login/", right)
    assert [answer.status_code, locked.status_code] == [429, 429]
    assert "<h1>" in locked.content.decode()
    assert client.post("/login/", right, REMOTE_ADDR="192.0.2.99").status_code == 302


def test_lock_is_neither_fooled_by_forwarded_addresses_nor_by_other_names(client, settings):
    settings.AXES_FAILURE_LIMIT = 2
    for number in range(2):
        forged = {"headers": {"x-forwarded-for": f"203.0.113.{number}"}}
        client.post("/login/", {"username": "admin", "password": "wrong"}, **forged)
    assert client.post("/login/", {"username": "admin", "password": "wrong"}).status_code == 429
    assert client.post("/login/", {"username": "other", "password": "wrong"}).status_code == 200


def test_500_page_needs_neither_user_nor_session():
    def fail():
        raise RuntimeError("the database is gone")

    request = RequestFactory().get("/")
    request.user = request.session = SimpleLazyObject(fail)
    answer = errors.server_error(request)
    assert answer.status_code == 500
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/login/", "/nowhere/", "/admin/", "/admin/vaxreg/user/"])
def test_every_answer_carries_the_security_headers(client, path):
    sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert directive in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/account/", "/account/password/", "/account/second-factor/", "/admin/"])
def test_pages_of_staff_are_kept_by_no_cache(client, path):
    sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    assert "no-store" in client.get(path)["Cache-Control"]


def test_cookies_are_out_of_the_reach_of_scripts_and_other_sites(client):
    client.post("/login/", {"username": "x", "password": "y"})
    client.get("/login/")
    sign_in(client, UserFactory())
    client.post("/language/", {"language": "en"})
    for name in ("sessionid", "csrftoken", "django_language"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
