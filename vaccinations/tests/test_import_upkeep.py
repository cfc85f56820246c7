"""What stays of imports: the rows that go back to be mended, what is cleared away, and names that staff keep."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone

from vaccinations.imports import purging
from vaccinations.imports.headings import meaning_of
from vaccinations.imports.rejected import FIELDS
from vaccinations.models import Dose, DoseImport, FilePart, SheetDose, SheetRow, Vaccine, VaccineAlias
from vaccinations.tests.sheets import (
    BY,
    NUMBER,
    ROW,
    STRANGER,
    brought,
    brought_file,
    committed,
    known_names,
    outcomes,
    person,
)
from vaxreg.exports.models import ExportedPerson
from vaxreg.roles import Role
from vaxreg.tests.exports.factories import REASON, content_of, manager_of, preview_and_send
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province():
    return known_names()


def test_rejected_rows_carry_the_reason_and_can_be_sent_again(client, province):
    person()
    dose_import = brought(ROW, {"dose": "15n"}, STRANGER, ROW, province=province)
    sign_in(client, manager_of(province))
    page = client.get(f"/imports/{dose_import.pk}/").content.decode()
    assert "Xuất 2 dòng bị loại" in page
    # The browser of somebody who reads English: the sheet goes to clinics all the same.
    client.cookies["django_language"] = "en"
    codes = {bool(why): [field.code for field in FIELDS if bool(field.why) is why] for why in (True, False)}
    asked = REASON | {"dose_import": dose_import.pk, "plain": codes[False], "sensitive": codes[True], "step": "preview"}
    book = openpyxl.load_workbook(BytesIO(content_of(preview_and_send(client, "rejected", asked))))
    headings, unread, stranger = list(book.active.values)[1:4]
    assert headings == tuple(field.label for field in FIELDS)
    assert unread[:3] == (3, "Không đọc được", "Không đọc được số mũi.")
    assert (stranger[0], stranger[2].split(". ")[0], NUMBER in stranger) == (4, "Thiếu số giấy tờ", False)
    assert list(ExportedPerson.objects.values_list("resident", flat=True)) == [NUMBER]
    # Mended in the file as it was downloaded, watermark and all, the same columns are read without a question.
    book.active.cell(3, headings.index("Mũi số") + 1).value = "2"
    file = BytesIO()
    book.save(file)
    again = brought_file(file, name="mended.xlsx", province=province)
    assert not again.awaits_columns
    assert outcomes(again) == ["new", "no-id", "unreadable"]
    assert SheetDose.objects.filter(dose_import=again).latest("row").problems == ["no-dose"]


def test_headings_of_the_rejected_rows_mean_what_they_stand_for():
    said, own = FIELDS[:3], FIELDS[3:]
    assert {field.columns[0]: meaning_of(field.label).field.value for field in own} == {
        field.columns[0]: field.columns[0] for field in own
    }
    assert not any(meaning_of(field.label) for field in said)


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
