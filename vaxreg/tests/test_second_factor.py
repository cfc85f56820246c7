"""The second factor: set up, asked after the password, removed by its holder, required of administrators."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.sealing import seal, unseal
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db
PASSWORD = "bốn mươi hai con vịt"
KEY = "3132333435363738393031323334353637383930"


@pytest.fixture
def administrator():
    return UserFactory(username="admin", password=PASSWORD, roles=[Role.ADMINISTRATOR])


@pytest.fixture
def device(administrator):
    return TOTPDevice.objects.create(user=administrator, key=KEY, confirmed=True)


def digits(key=KEY, *, steps_ago=0):
    return f"{totp(bytes.fromhex(key), drift=-steps_ago):06d}"


def wrong_digits():
    return f"{(int(digits()) + 123_457) % 1_000_000:06d}"


def post_password(client, **data):
    return client.post("/login/", {"username": "admin", "password": PASSWORD, **data})


def test_set_up_shows_a_code_and_verifies_the_session(client, administrator):
    sign_in(client, administrator)
    page = client.get("/account/second-factor/")
    offer = page.context["form"]["key"].value()
    key = unseal(offer, purpose="second-factor")["key"]
    assert "<svg" in page.content.decode()
    assert page.context["secret"] in page.content.decode()
    answer = client.post("/account/second-factor/", {"key": offer, "token": digits(key)})
    assert answer.url == "/account/"
    assert TOTPDevice.objects.get(user=administrator).key == key
    assert client.get("/account/").status_code == 200
    assert AuditEntry.objects.filter(action="second-factor.set-up", user=administrator).exists()


def test_set_up_with_wrong_digits_makes_nothing_and_keeps_the_same_code(client, administrator):
    sign_in(client, administrator)
    page = client.get("/account/second-factor/")
    offer = page.context["form"]["key"].value()
    key = unseal(offer, purpose="second-factor")["key"]
    wrong = f"{(int(digits(key)) + 123_457) % 1_000_000:06d}"
    again = client.post("/account/second-factor/", {"key": offer, "token": wrong})
    assert again.context["form"].errors["token"]
    assert again.context["secret"] == page.context["secret"]
    assert not TOTPDevice.objects.exists()


@pytest.mark.parametrize("foreign", ["nonsense", "other user", "old purpose"])
def test_set_up_with_a_key_not_offered_to_this_user_is_refused(client, administrator, foreign):
    offers = {
        "nonsense": KEY,
        "other user": seal({"user": administrator.pk + 1, "key": KEY}, purpose="second-factor"),
        "old purpose": seal({"user": administrator.pk, "key": KEY}, purpose="other"),
    }
    sign_in(client, administrator)
    answer = client.post("/account/second-factor/", {"key": offers[foreign], "token": digits()})
    assert answer.url == "/account/second-factor/"
    assert not TOTPDevice.objects.exists()


def test_password_alone_opens_nothing_once_there_is_a_second_factor(client, device):
    assert post_password(client, next="/account/").url == "/account/"
    for path in ("/", "/account/", "/account/password/", "/admin/", "/desk/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.url == f"/login/second-factor/?next={path}"
    assert client.get("/account/second-factor/").url.startswith("/login/second-factor/")
    assert client.post("/account/second-factor/", {"token": digits()}).url.startswith("/login/second-factor/")
    assert TOTPDevice.objects.filter(pk=device.pk).exists()


def test_right_digits_open_under_a_new_session_key(client, device):
    post_password(client)
    key = client.session.session_key
    answer = client.post("/login/second-factor/", {"token": digits(), "next": "/account/"})
    assert answer.url == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.session.session_key != key
    assert AuditEntry.objects.filter(action="second-factor.accepted").exists()


def test_digits_are_good_once(client, device):
    post_password(client)
    token = digits()
    client.post("/login/second-factor/", {"token": token})
    client.post("/logout/")
    post_password(client)
    assert client.post("/login/second-factor/", {"token": token}).status_code == 200


def test_wrong_digits_are_recorded_and_make_the_right_ones_wait(client, device):
    post_password(client)
    assert client.post("/login/second-factor/", {"token": wrong_digits()}).status_code == 200
    assert client.post("/login/second-factor/", {"token": digits()}).status_code == 200
    device.refresh_from_db()
    assert device.throttling_failure_count == 1
    assert AuditEntry.objects.filter(action="second-factor.refused").count() == 2


@pytest.mark.parametrize("token", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "12 345", "12345\n6"])
def test_what_is_not_six_digits_is_not_tried(client, device, token):
    post_password(client)
    assert client.post("/login/second-factor/", {"token": token}).status_code == 200
    device.refresh_from_db()
    assert device.throttling_failure_count == 0


def test_removing_needs_the_digits(client, administrator, device):
    post_password(client)
    client.post("/login/second-factor/", {"token": digits(steps_ago=1)})
    assert client.post("/account/second-factor/", {"token": digits(steps_ago=1)}).status_code == 200
    TOTPDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)
    assert client.post("/account/second-factor/", {"token": digits()}).url == "/account/"
    assert not TOTPDevice.objects.exists()
    assert AuditEntry.objects.get(action="second-factor.removed").user == administrator


def test_administrator_without_one_is_led_to_set_it_up_where_it_is_required(client, administrator, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client, administrator)
    assert client.get("/admin/").url == "/account/second-factor/"
    assert client.get("/account/second-factor/").status_code == 200
    sign_in(client, UserFactory(roles=[Role.OFFICER]))
    assert client.get("/account/").status_code == 200


def test_a_device_not_confirmed_counts_for_nothing(client, administrator):
    TOTPDevice.objects.create(user=administrator, key=KEY, confirmed=False)
    post_password(client)
    assert client.get("/account/").status_code == 200


def test_user_roles_and_second_factor_are_one_query(client, administrator):
    sign_in(client, administrator)
    client.get("/admin/login/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/account/password/")
    # The session and the user; permissions and the second factor ask for nothing.
    assert len(queries) == 2


def test_command_removes_it_for_the_last_administrator(device):
    call_command("remove_second_factor", "admin")
    assert not TOTPDevice.objects.exists()
    assert AuditEntry.objects.get(action="second-factor.removed").channel == "command:remove_second_factor"
