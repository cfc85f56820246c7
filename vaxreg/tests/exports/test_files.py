"""What stands in the files: texts stay texts, nothing calculates, the watermark is inside and in the margins."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from residents.phone import spaced_phone
from vaccinations.tests.factories import DoseFactory, clerk
from vaxreg.exports import services
from vaxreg.exports.files import csv_cell, in_margin, neutral
from vaxreg.exports.models import ExportDownload
from vaxreg.roles import Role
from vaxreg.tests.exports.factories import built, content_of, form_of, later, ready_export, text_of
from vaxreg.tests.factories import actor, sign_in

# What spreadsheets calculate (OWASP ASVS 5.0, 1.2.10; OWASP "CSV Injection").
DANGEROUS = [
    "=1+1",
    "+84912345678",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_calculate_is_neutral(text):
    assert neutral(text).startswith("'")
    assert neutral(text).replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", ["12 Lê Lợi;=1+1", "a\n=1+1", "a\t@SUM(A1)", "a; +1"])
def test_no_cell_cut_out_of_another_calculates(text):
    for part in re.split(r"[;\t\n]", neutral(text))[1:]:
        assert part.startswith("'")


@pytest.mark.parametrize(
    "text", ["", "Nguyễn Văn An", "0912345678", "079301123456", "3-5 Lê Lợi", "a@b.vn", "1+1=2", "'=1"]
)
def test_harmless_text_stays_as_it_is(text):
    assert neutral(text) == text


def test_cells_of_csv():
    assert csv_cell(date(2021, 3, 5), str) == "05/03/2021"
    assert csv_cell("0912345678", spaced_phone) == "0912 345 678"
    assert csv_cell("+84 91", spaced_phone).startswith("'+84")
    assert csv_cell(-3, str) == -3
    assert csv_cell(None, str) is None


def test_margin_takes_no_codes_of_its_own_and_is_short_enough():
    assert in_margin("A & B") == "A && B"
    assert len(in_margin("&" * 400)) < 250
    assert in_margin("&" * 400).count("&") % 2 == 0


@pytest.fixture
def export(db):
    return ready_export(
        people=1, sensitive=("full_name", "phone", "citizen_id"), full_name="=HYPERLINK(1)", phone="0912345678"
    )


def taken(client, export, format):
    sign_in(client, export.requested_by)
    return client.post(f"/exports/{export.pk}/download/", {"format": format})


def test_csv_opens_in_a_spreadsheet_with_numbers_as_text_and_nothing_that_calculates(client, export):
    text = text_of(taken(client, export, "csv"))
    mark, heading, row, end = list(csv.reader(io.StringIO(text)))
    number = export.exported_people.get().resident
    assert heading == ["Năm sinh", "Họ và tên", "Điện thoại", "Số CCCD"]
    assert row == ["1990", "'=HYPERLINK(1)", "0912 345 678", f"{number[:3]} {number[3]} {number[4:6]} {number[6:]}"]
    assert len(mark) == len(end) == 1
    assert "1 dòng" in end[0]


def test_workbook_holds_texts_as_texts_and_the_watermark_everywhere(client, export):
    content = content_of(taken(client, export, "xlsx"))
    code = ExportDownload.objects.get().code
    spaced = f"{code[:4]} {code[4:]}"
    book = load_workbook(io.BytesIO(content))
    sheet = book.active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1] == ["Năm sinh", "Họ và tên", "Điện thoại", "Số CCCD"]
    assert rows[2] == [1990, "=HYPERLINK(1)", "0912345678", export.exported_people.get().resident]
    assert spaced in rows[0][0]
    assert spaced in rows[-1][0]
    assert spaced in sheet.oddHeader.left.text
    assert spaced in sheet.oddFooter.left.text
    assert (book.properties.keywords, book.custom_doc_props["VaxReg download"].value) == (code, code)
    assert sheet.print_title_rows == "$1:$2"


def test_no_formula_stands_in_the_workbook(client, export):
    with zipfile.ZipFile(io.BytesIO(content_of(taken(client, export, "xlsx")))) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK(1)</t>" in sheet


def test_days_are_days_in_a_workbook(client, db):
    dose = DoseFactory()
    lead = clerk(dose.facility, role=Role.CLINIC_LEAD)
    today = dose.administered_on.isoformat()
    form = form_of(lead, "doses", facility=dose.facility_id, since=today, until=today, plain=["administered_on", "lot"])
    key = "12345678-1234-5678-1234-567812345678"
    export = built(services.ask(by=actor(lead), request=form.request, key=key, now=later()))
    book = load_workbook(io.BytesIO(content_of(taken(client, export, "xlsx"))))
    given, lot = [cell.value for cell in book.active[3]]
    assert given == datetime.combine(dose.administered_on, datetime.min.time())
    assert lot == dose.lot.lot_number
