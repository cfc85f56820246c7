"""Sessions of staff end after twelve hours, and after half an hour without a request."""

from time import time

import pytest
from django.test import Client
from django.utils import translation

from vaxreg.models import AuditEntry, User
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    sign_in(client, UserFactory())
    client.get("/account/")
    return client


def wind_back(client, **seconds):
    session = client.session
    for name, ago in seconds.items():
        session[name] = int(time()) - ago
    session.save()


def test_session_ends_after_half_an_hour_idle(staff):
    wind_back(staff, seen_at=31 * 60)
    answer = staff.get("/account/")
    assert answer.url == "/login/?next=/account/"
    assert "_auth_user_id" not in staff.session
    with translation.override("vi"):
        assert "message-info" in staff.get(answer.url).content.decode()


def test_session_goes_on_within_half_an_hour_and_counts_anew(staff):
    wind_back(staff, seen_at=29 * 60)
    assert staff.get("/account/").status_code == 200
    assert time() - staff.session["seen_at"] < 10


def test_session_ends_after_twelve_hours_however_busy(staff):
    wind_back(staff, signed_in_at=12 * 3_600 + 1)
    assert staff.get("/account/").url == "/login/?next=/account/"


def test_what_was_posted_too_late_is_said_to_be_lost(staff):
    wind_back(staff, seen_at=31 * 60)
    answer = staff.post("/account/password/", headers={"referer": "http://testserver/account/password/?x=1"})
    assert answer.url == "/login/?next=/account/password/"
    assert "message-warning" in staff.get(answer.url).content.decode()


@pytest.mark.parametrize("referer", ["https://evil.example/account/", "", "javascript:x"])
def test_after_a_lost_post_nobody_is_sent_to_a_foreign_page(staff, referer):
    wind_back(staff, seen_at=31 * 60)
    assert staff.post("/logout/", headers={"referer": referer}).url == "/login/?next=/"


def test_session_is_not_written_at_every_request(staff, django_assert_num_queries):
    with django_assert_num_queries(2):
        staff.get("/account/password/")


def test_account_taken_out_of_use_is_out_at_once(staff):
    User.objects.update(is_active=False)
    assert staff.get("/account/").url == "/login/?next=/account/"


def test_changing_the_password_ends_other_sessions_and_is_recorded(client):
    user = UserFactory(password="bốn mươi hai con vịt")
    other = sign_in(Client(), user)
    sign_in(client, user)
    new = "năm mươi ba con ngan"
    data = {"old_password": "bốn mươi hai con vịt", "new_password1": new, "new_password2": new}
    assert client.post("/account/password/", data).url == "/account/"
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert AuditEntry.objects.get(action="password.changed").user == user
