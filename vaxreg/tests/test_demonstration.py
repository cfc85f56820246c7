"""Demonstration data: invented, complete, and only where nobody's real data can be."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from checkpoints.models import ClosedDay, Passage, ProvinceMovement
from residents.demonstration import card_text
from residents.models import DuplicatePair, Merge, Resident
from residents.scan import read_card
from vaccinations.due.forms import When
from vaccinations.due.lists import group
from vaccinations.models import (
    Appointment,
    ClinicSession,
    Dose,
    DoseImport,
    DueDose,
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


REFERENCE = ("load_units", "load_vaccines", "load_schedule", "load_registration_reference", "load_checkpoint_reference")


@pytest.fixture(scope="module")
def printed(django_db_setup, django_db_blocker):
    """What the command printed when the data were made: once for all tests here, which take back what each of them changes."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with quick, django_db_blocker.unblock(), transaction.atomic():
        for command in REFERENCE:
            call_command(command, verbosity=0)
        yield load()
        transaction.set_rollback(True)


def load() -> str:
    out = io.StringIO()
    call_command("load_demonstration", stdout=out)
    return out.getvalue()


def test_the_list_of_doses_due_shows_somebody(printed):
    facility, today = Facility.objects.get(code="tram-y-te-1"), timezone.localdate()
    listed = DueDose.objects.due().filter(facility=facility)
    assert all(listed.filter(group(when, today)).exists() for when in (When.NOW, When.OVERDUE))


def test_it_works(printed):
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


def test_the_clinic_s_stock_is_alive(printed):
    now = timezone.now()
    facility = Facility.objects.get(code="tram-y-te-1")
    sheet = sheet_of(facility, timezone.localdate(now))
    assert sheet.last.day == timezone.localdate(now) - timedelta(days=1)
    assert len(sheet.in_stock) == 4
    assert [opened.left for opened in open_vials(facility, now)] == [2]
    assert Transfer.objects.arriving_at(facility).exists()


def test_movements_of_the_last_days_fill_the_matrix_and_days_that_are_over_are_counted(printed):
    passages = Passage.objects.all()
    assert 200 < passages.count() < 500
    assert all(number.startswith("000") for number in passages.values_list("resident", flat=True))
    assert not passages.filter(decided_at__gt=timezone.now()).exists()
    assert ClosedDay.objects.count() == 5
    assert ProvinceMovement.objects.values("origin", "destination").distinct().count() >= 8


def test_numbers_are_nobodys_and_agree_with_their_people(printed):
    for person in Resident.objects.exclude(pk__startswith="T"):
        assert person.pk.startswith("000")
        assert person.contradictions == ""
        assert read_card(card_text(person)).full_name == person.full_name


def test_second_start_adds_nothing(printed):
    counts = (User.objects.count(), Resident.objects.count(), Dose.objects.count())
    load()
    assert (User.objects.count(), Resident.objects.count(), Dose.objects.count()) == counts


def test_changed_password_is_not_printed(printed):
    user = User.objects.get(username="officer")
    user.set_password("quite-another-one")
    user.save()
    assert "(changed)" in load()


def test_a_pile_of_paper_slips_is_half_typed(printed):
    assert [row.state for row in Pile.objects.get().rows.all()[:4]] == ["recorded", "draft", "tray", "draft"]
