"""Roles are data: groups mirror them, and permissions are known without asking the database."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState

from vaxreg.backends import RoleBackend
from vaxreg.models import User
from vaxreg.roles import GRANTS, Role, permissions_of, sync_groups
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_group_holds_exactly_the_permissions_of_the_data(role):
    stored = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Group.objects.get(name=role).permissions.select_related("content_type")
    }
    assert stored == GRANTS[role].permissions


def test_sync_takes_away_what_the_data_do_not_grant():
    group = Group.objects.get(name=Role.OFFICER)
    group.permissions.add(Permission.objects.get(codename="view_resident"))
    sync_groups()
    assert not group.permissions.exists()


def test_sync_runs_after_migrate():
    Group.objects.get(name=Role.AUDITOR).delete()
    call_command("migrate", verbosity=0)
    assert Group.objects.filter(name=Role.AUDITOR).exists()


def test_sync_waits_for_the_migration_that_makes_groups(django_assert_num_queries):
    with django_assert_num_queries(0):
        sync_groups(apps=ProjectState().apps)


def test_permissions_follow_the_data_and_not_what_is_stored_on_user_or_group():
    user = UserFactory(roles=[Role.OFFICER])
    permission = Permission.objects.get(codename="change_user")
    user.user_permissions.add(permission)
    Group.objects.get(name=Role.OFFICER).permissions.add(permission)
    assert not user.has_perm("vaxreg.change_user")


def test_permissions_of_several_roles_are_those_of_each():
    both = permissions_of(frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER}))
    assert both == GRANTS[Role.CLINIC_LEAD].permissions | GRANTS[Role.PROVINCIAL_MANAGER].permissions


def test_user_with_roles_and_permissions_takes_one_query(django_assert_num_queries):
    pk = UserFactory(roles=[Role.CLINIC_LEAD, Role.AUDITOR]).pk
    with django_assert_num_queries(1):
        user = RoleBackend().get_user(pk)
        assert user.role_codes == {"clinic_lead", "auditor"}
        assert user.has_perm("vaccinations.change_lot")
        assert not user.has_perm("vaxreg.change_user")
        assert user.has_module_perms("vaccinations")
        assert not user.has_second_factor


def test_account_not_in_use_or_unknown_is_no_user():
    assert RoleBackend().get_user(UserFactory(is_active=False).pk) is None
    assert RoleBackend().get_user(0) is None


def test_roles_of_a_user_are_named_in_the_order_of_the_data():
    user = UserFactory(roles=[Role.AUDITOR, Role.OFFICER])
    assert user.role_labels == [Role.OFFICER.label, Role.AUDITOR.label]


def test_createsuperuser_asks_for_a_name_and_no_mail(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "bốn mươi hai con vịt")
    call_command("createsuperuser", interactive=False, username="root", full_name="Người Đầu Tiên", verbosity=0)
    root = User.objects.get()
    assert root.is_administrator
    assert root.uses_admin
    assert root.email == ""


def test_driver_is_psycopg2():
    assert connection.Database.__name__ == "psycopg2"
