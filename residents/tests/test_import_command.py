from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from residents.models import Resident
from residents.tests.factories import UnitFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
HEADING = "citizen_id,full_name,date_of_birth,sex,province_code,phone\n"
GOOD = "080190000001,Trần Thị Đào,05/03/1990,F,080,0912345678\n"
BAD = "8019000000,Trần Thị Hoa,05/03/1990,F,080,\n"


@pytest.fixture
def run(tmp_path):
    UnitFactory(cccd_prefix="080")

    def run(text, *arguments):
        path, screen = tmp_path / "population.csv", StringIO()
        path.write_text(text, encoding="utf-8")
        call_command("import_residents", str(path), *arguments, stdout=screen)
        return screen.getvalue()

    return run


def test_it_works(run):
    screen = run(HEADING + GOOD)
    assert "1 rows: 1 added, 0 changed, 0 unchanged, 0 repeated within the file, 0 rejected." in screen
    assert [line.split(":")[0] for line in screen.splitlines()[:3]] == ["Read", "Checked", "Merged"]
    assert Resident.objects.get().pk == "080190000001"


def test_rejected_rows_are_shown_without_personal_data(run):
    screen = run(HEADING + GOOD + BAD)
    assert "Row 3: The number has neither 12 nor 9 digits." in screen
    assert "Hoa" not in screen
    assert "8019000000" not in screen


def test_only_the_first_rejected_rows_are_shown(run):
    screen = run(HEADING + BAD * 25)
    assert screen.count("Row ") == 20
    assert "… and 5 more" in screen


def test_rejected_rows_go_to_the_file_asked_for(run, tmp_path):
    report = tmp_path / "rejected.csv"
    screen = run(HEADING + GOOD + BAD, "--rejected", str(report))
    assert report.read_text("utf-8-sig").splitlines() == ["row,reason", "3,The number has neither 12 nor 9 digits."]
    assert "Row 3" not in screen


def test_extra_columns_are_mentioned(run):
    assert "Columns left unread: note." in run(HEADING.replace("phone", "phone,note") + GOOD.replace("\n", ",x\n"))


def test_another_kind_of_file_is_refused_with_the_missing_headings(run):
    with pytest.raises(
        CommandError, match="Headings missing from row 1: citizen_id, date_of_birth, province_code, phone"
    ):
        run("STT,full_name,sex\n")


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_residents", str(tmp_path / "nothing.csv"))
