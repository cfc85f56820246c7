"""Nothing opens by itself: views say to whom they are open, and the middleware refuses all others."""

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import path

from vaxreg.access import open_to, public, signed_in
from vaxreg.roles import GRANTS, Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls("vaxreg.tests.test_access")]


def forgotten(request):
    return HttpResponse("secret")


@public
def for_all(request):
    return HttpResponse("open")


@signed_in
def for_staff(request):
    return HttpResponse("open")


@open_to({Role.CLINIC_LEAD, Role.AUDITOR})
def for_two_roles(request):
    return HttpResponse("open")


@open_to(())
def for_nobody(request):
    return HttpResponse("secret")


urlpatterns = [
    path("forgotten/", forgotten),
    path("all/", for_all),
    path("staff/", for_staff),
    path("two/", for_two_roles),
    path("nobody/", for_nobody),
]
handler403 = "vaxreg.errors.forbidden"


@pytest.mark.parametrize("address", ["/forgotten/", "/nobody/"])
@pytest.mark.parametrize("role", Role)
def test_view_without_an_opener_is_refused_to_every_role(client, address, role):
    sign_in(client, UserFactory(roles=[role]))
    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403


@pytest.mark.parametrize("address", ["/forgotten/", "/nobody/", "/staff/", "/two/"])
def test_view_not_public_sends_visitors_to_sign_in(client, address):
    assert client.get(f"{address}?q=079301123456").url == f"/login/?next={address}"


def test_view_opens_to_those_it_names(client):
    assert client.get("/all/").content == b"open"
    sign_in(client, UserFactory(roles=[Role.AUDITOR]))
    assert [client.get(address).status_code for address in ("/all/", "/staff/", "/two/")] == [200, 200, 200]


def test_view_stays_closed_to_other_roles(client):
    sign_in(client, UserFactory(roles=[role for role in Role if role not in (Role.AUDITOR, Role.CLINIC_LEAD)]))
    assert [client.get(address).status_code for address in ("/staff/", "/two/")] == [200, 403]


def test_user_without_a_role_is_staff_and_no_more(client):
    sign_in(client, UserFactory())
    assert [client.get(address).status_code for address in ("/staff/", "/two/")] == [200, 403]


def test_role_that_the_code_does_not_know_opens_nothing(client):
    user = UserFactory()
    user.groups.add(Group.objects.create(name="former_role"))
    sign_in(client, user)
    assert client.get("/two/").status_code == 403
    assert user.get_all_permissions() == frozenset()


def test_every_role_has_its_grants():
    assert set(GRANTS) == set(Role)
