"""Demonstration data: invented, complete, and only where nobody's real data can be."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from residents.models import DuplicatePair, Merge, Resident
from residents.scan import read_card
from vaccinations.models import (
    Appointment,
    ClinicSession,
    Dose,
    DoseImport,
    Facility,
    Pile,
    QualityCase,
    RegisteredPerson,
    Transfer,
)
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.vials import open_vials
from vaxreg import demonstration
from vaxreg.models import User
from vaxreg.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference_data():
    for command in (
        *("load_units", "load_vaccines", "load_schedule", "load_registration_reference", "load_checkpoint_reference"),
    ):
        call_command(command, verbosity=0)


def load() -> str:
    out = io.StringIO()
    call_command("load_demonstration", stdout=out)
    return out.getvalue()


def test_it_works(reference_data):
    printed = load()
    assert {role for user in User.objects.all() for role in user.role_codes} == set(Role.values)
    for account in demonstration.ACCOUNTS:
        assert account.password in printed
        assert User.objects.get(username=account.username).check_password(account.password)
    assert Dose.objects.exists()
    assert ClinicSession.objects.count() == 2
    assert Appointment.objects.filter(state="arrived").exists()
    assert RegisteredPerson.objects.waiting().exists()
    sheet = DoseImport.objects.get(state="review")
    assert sheet.state == "review"
    assert all(sheet.counts.values())
    # Registered twice: one merged, one to be looked at.
    assert Merge.objects.standing().count() == DuplicatePair.objects.filter(status="open", band="likely").count() == 1
    assert set(QualityCase.objects.to_do().values_list("kind", flat=True)) == set(QualityCase.Kind.values)
    assert Dose.objects.in_conflict().get().dose_number == 1


def test_the_clinic_s_stock_is_alive(reference_data):
    load()
    now = timezone.now()
    facility = Facility.objects.get(code="tram-y-te-1")
    sheet = sheet_of(facility, timezone.localdate(now))
    assert sheet.last.day == timezone.localdate(now) - timedelta(days=1)
    assert len(sheet.in_stock) == 4
    assert [opened.left for opened in open_vials(facility, now)] == [2]
    assert Transfer.objects.arriving_at(facility).exists()


def test_numbers_are_nobodys_and_agree_with_their_people(reference_data):
    load()
    for person in Resident.objects.exclude(pk__startswith="T"):
        assert person.pk.startswith("000")
        assert person.contradictions == ""
        assert read_card(demonstration.card_text(person)).full_name == person.full_name


def test_second_start_adds_nothing(reference_data):
    load()
    counts = (User.objects.count(), Resident.objects.count(), Dose.objects.count())
    load()
    assert (User.objects.count(), Resident.objects.count(), Dose.objects.count()) == counts


def test_changed_password_is_not_printed(reference_data):
    load()
    user = User.objects.get(username="officer")
    user.set_password("quite-another-one")
    user.save()
    assert "(changed)" in load()


def test_nothing_is_added_to_a_registry_in_use(reference_data):
    Resident.objects.create(citizen_id="079090000001", full_name="Nguyễn Văn An", birth_precision="U", source="clinic")
    load()
    assert not User.objects.exists()


def test_other_databases_are_refused(settings, reference_data):
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


def test_a_pile_of_paper_slips_is_half_typed(reference_data):
    load()
    assert [row.state for row in Pile.objects.get().rows.all()[:4]] == ["recorded", "draft", "tray", "draft"]
