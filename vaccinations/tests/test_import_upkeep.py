"""What stays of imports: the rows that go back to be mended, what is cleared away, and names that staff keep."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from vaccinations.imports import purging
from vaccinations.imports.headings import meaning_of
from vaccinations.imports.rejected import COLUMNS, rejected_people, rejected_rows
from vaccinations.models import Dose, DoseImport, FilePart, SheetDose, SheetRow, Vaccine, VaccineAlias
from vaccinations.tests.sheets import (
    BY,
    NUMBER,
    ROW,
    STRANGER,
    brought,
    brought_file,
    committed,
    csv_file,
    known_names,
    outcomes,
    person,
)
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province():
    return known_names()


def test_rejected_rows_carry_the_reason_and_can_be_sent_again():
    person()
    dose_import = brought(ROW, {"dose": "15n"}, STRANGER, ROW)
    rows = list(rejected_rows(dose_import))
    assert [row["row"] for row in rows] == [3, 4]
    assert rejected_people(dose_import) == {NUMBER}
    assert list(rows[0]) == list(COLUMNS)
    assert (rows[0]["dose_number"], rows[1]["full_name"]) == ("15n", STRANGER["name"])
    assert all(row["reason"] or row["outcome"] for row in rows)
    # Mended, the same columns are read without a question.
    rows[0]["dose_number"] = "2"
    again = brought_file(csv_file([COLUMNS.values(), *[row.values() for row in rows]]))
    assert not again.awaits_columns
    assert outcomes(again) == ["new", "no-id"]


def test_headings_of_the_rejected_rows_mean_what_they_stand_for():
    own = {
        field: meaning_of(heading) for field, heading in COLUMNS.items() if field not in ("row", "outcome", "reason")
    }
    assert {field: meaning.field.value for field, meaning in own.items()} == {field: field for field in own}
    assert not any(meaning_of(COLUMNS[field]) for field in ("row", "outcome", "reason"))


def purge(days):
    return purging.purge(by=BY, now=timezone.now() + timedelta(days=days))


def test_file_and_settled_rows_go_some_time_after_the_commit_and_what_waits_stays(settings):
    settings.IMPORT_KEPT_DAYS = 30
    person()
    dose_import = committed(brought(ROW, {"dose": "15n"}))
    assert purge(29) == 0
    assert purge(31) == 1
    assert not FilePart.objects.exists()
    assert list(SheetDose.objects.values_list("outcome", flat=True)) == ["unreadable"]
    assert SheetRow.objects.count() == 1
    # The dose still says where it came from, and the counts still add up.
    assert (Dose.objects.get().dose_import, Dose.objects.get().import_row) == (dose_import, 2)
    assert purge(31) == 0


def test_sheet_that_nobody_reviewed_is_cancelled(settings):
    settings.IMPORT_KEPT_DAYS = 30
    brought(ROW)
    assert purge(31) == 1
    assert DoseImport.objects.get().state == "cancelled"
    assert not SheetRow.objects.exists()


def test_nightly_command_clears_away():
    call_command("purge_expired")


def test_administrator_adds_a_name_by_which_sheets_call_a_vaccine(client):
    person()
    assert outcomes(brought({"vaccine": "Thuốc Anh"})) == ["unreadable"]
    sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))
    vaccine = Vaccine.objects.get(code="astrazeneca")
    page = f"/admin/vaccinations/vaccine/{vaccine.pk}/change/"
    data = {name: getattr(vaccine, name) for name in ("code", "name", "manufacturer")} | {"is_active": "on"}
    aliases = list(vaccine.aliases.order_by("name"))
    data |= {"rules-TOTAL_FORMS": 0, "rules-INITIAL_FORMS": 0, "aliases-INITIAL_FORMS": len(aliases)}
    for place, alias in enumerate(aliases):
        data |= {f"aliases-{place}-id": alias.pk, f"aliases-{place}-name": alias.name}
    last = len(aliases)
    data |= {"aliases-TOTAL_FORMS": last + 1, f"aliases-{last}-name": "Thuốc Anh"}
    assert client.post(page, data | {f"aliases-{last}-vaccine": vaccine.pk}).status_code == 302
    assert VaccineAlias.objects.get(key="thuocanh").vaccine == vaccine
    assert outcomes(brought({"vaccine": "THUOC ANH"})) == ["new"]
