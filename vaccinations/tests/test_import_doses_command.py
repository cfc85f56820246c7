"""The command: a sheet from the shell, as far as review or all the way; what it prints and writes."""

import csv
import json
from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from vaccinations.models import Dose, DoseImport, SheetDose
from vaccinations.tests.sheets import NUMBER, ROW, STRANGER, csv_file, known_names, person, table, xlsx_file

pytestmark = pytest.mark.django_db
CODES = "new already-recorded conflict doubtful no-id malformed-id disagrees unreadable duplicate".split()


@pytest.fixture(autouse=True)
def province(settings):
    settings.LANGUAGE_CODE = "en"
    return known_names()


@pytest.fixture
def sheet(tmp_path):
    person()
    path = tmp_path / "sheet.csv"
    path.write_bytes(csv_file(table([ROW, ROW, {"dose": "15n"}, STRANGER])).getvalue())
    return path


def run(*arguments):
    out, errors = StringIO(), StringIO()
    call_command("import_doses", *map(str, arguments), stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


def test_without_commit_it_stops_before_it(sheet):
    out, _errors = run(sheet)
    assert "4 rows, 4 doses:" in out
    assert "waits for review; nothing was added" in out
    assert (DoseImport.objects.get().state, Dose.objects.count()) == ("review", 0)


def test_lists_on_other_sheets_are_told_and_one_can_be_named(tmp_path):
    person()
    book = openpyxl.load_workbook(xlsx_file(table([ROW])))
    for row in table([ROW, ROW]):
        book["Hai"].append(row) if "Hai" in book.sheetnames else book.create_sheet("Hai").append(row)
    book.save(tmp_path / "book.xlsx")
    out, errors = run(tmp_path / "book.xlsx")
    assert "1 rows, 1 doses" in out
    assert "“Hai” (2)" in errors
    assert "2 rows, 2 doses" in run(tmp_path / "book.xlsx", "--sheet", "Hai")[0]
    with pytest.raises(CommandError, match="no sheet of this name"):
        run(tmp_path / "book.xlsx", "--sheet", "Ba")


def test_days_under_headings_that_name_a_dose_alone_are_read_for_there_is_nobody_to_ask(tmp_path):
    person()
    head = ["Họ tên", "CCCD", "Vắc xin", "Mũi 1", "Mũi 2"]
    path = tmp_path / "sheet.csv"
    path.write_bytes(csv_file([head, [ROW["name"], NUMBER, "AZ", "01/08/2021", "10/10/2021"]]).getvalue())
    assert "1 rows, 2 doses" in run(path)[0]


def test_what_no_column_holds_is_missing_in_each_row_and_of_two_columns_alike_none_is_read(tmp_path):
    person()
    path = tmp_path / "sheet.csv"
    cells = [
        ["Họ tên", "CCCD", "Vắc xin", "Ngày tiêm", "SĐT", "Điện thoại"],
        [ROW["name"], NUMBER, "AZ", "01/08/2021", "1", "2"],
    ]
    path.write_bytes(csv_file(cells).getvalue())
    out, errors = run(path, "--commit")
    assert "Value unreadable: 1" in out
    assert "No column holds the dose number" in errors
    assert list(SheetDose.objects.values_list("person", "problems", "phone")) == [
        (NUMBER, ["dose-missing", "facility-missing"], "")
    ]
    assert not Dose.objects.exists()


def test_commit_json_and_outcomes(sheet, tmp_path):
    out, errors = run(sheet, "--commit", "--json", "--outcomes", tmp_path / "outcomes.csv")
    assert errors == ""
    said = json.loads(out)
    assert list(said["outcomes"]) == CODES
    assert (said["rows"], sum(said["outcomes"].values()), said["committed"], said["state"]) == (4, 4, 1, "committed")
    with (tmp_path / "outcomes.csv").open() as file:
        assert list(csv.reader(file)) == [
            ["row", "outcome", "citizen_id"],
            ["2", "new", NUMBER],
            ["3", "duplicate", NUMBER],
            ["4", "unreadable", NUMBER],
            ["5", "no-id", ""],
        ]
    assert Dose.objects.get().facility.code == "unknown-79"


def test_same_file_before_commit_goes_on_with_the_same_import(sheet):
    run(sheet)
    person("079090000077", full_name="Ai Đó")
    _out, errors = run(sheet, "--commit")
    assert "Going on with import" in errors
    assert DoseImport.objects.get().state == "committed"


def test_same_file_after_commit_is_pointed_out_and_adds_nothing(sheet):
    run(sheet, "--commit")
    out, errors = run(sheet, "--commit")
    assert "was committed before, as import" in errors
    assert "Already recorded: 2" in out
    assert Dose.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04 no zip", "damaged"),
        ("Họ tên,Ngày sinh\nBưởi,1990\n".encode(), "The columns of this sheet are not clear"),
        ("Họ tên,Vắc xin,Mũi,Ngày tiêm\n".encode(), "No rows were found"),
    ],
)
def test_file_that_cannot_be_read_ends_with_an_error(tmp_path, content, complaint):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=complaint):
        run(path)
    assert not Dose.objects.exists()


def test_missing_file_and_unknown_province_are_told(tmp_path, sheet):
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nowhere.csv")
    with pytest.raises(CommandError, match="No province of today has the code 999"):
        run(sheet, "--province", "999")


def test_province_named_is_whose_sheet_it_is(sheet, province):
    run(sheet, "--province", "79")
    assert DoseImport.objects.get().province == province


def test_sheet_without_any_new_dose_is_no_error(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_bytes(csv_file(table([{"number": ""}])).getvalue())
    out, _errors = run(path, "--commit")
    assert "No ID: 1" in out
