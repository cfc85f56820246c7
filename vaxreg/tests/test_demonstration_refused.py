"""Where no demonstration data are made: in a registry in use, and in any database but the embedded one."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from residents.models import Resident
from vaxreg.models import User

pytestmark = pytest.mark.django_db


def load() -> None:
    call_command("load_demonstration", stdout=io.StringIO())


def test_nothing_is_added_to_a_registry_in_use():
    Resident.objects.create(citizen_id="079090000001", full_name="Nguyễn Văn An", birth_precision="U", source="clinic")
    load()
    assert not User.objects.exists()


def test_other_databases_are_refused(settings):
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="DATABASE_URL"):
        load()
    assert not User.objects.exists()


def test_prepare_against_another_database_makes_no_accounts(settings, tmp_path):
    settings.EMBEDDED = False
    settings.STATIC_ROOT = tmp_path
    call_command("prepare", stdout=io.StringIO())
    assert not User.objects.exists()
    assert Resident.objects.count() == 0
