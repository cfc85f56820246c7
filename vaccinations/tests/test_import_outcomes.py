"""What becomes of each row of a sheet: every one has exactly one outcome, by the order of precedence."""

from datetime import date

import pytest

from residents.services import correct_number
from residents.tests.factories import UnitFactory
from vaccinations.imports.outcomes import row_outcomes
from vaccinations.models import Dose, Outcome, SheetDose, Vaccine
from vaccinations.tests.factories import DoseFactory, LotFactory
from vaccinations.tests.sheets import (
    BY,
    HEADINGS,
    NUMBER,
    ROW,
    STRANGER,
    brought,
    brought_file,
    csv_file,
    known_names,
    outcomes,
    person,
    table,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province():
    return known_names()


def recorded(resident, *, number=1, on=date(2021, 8, 1), vaccine="astrazeneca", **facts):
    lot = LotFactory(vaccine=Vaccine.objects.get(code=vaccine))
    return DoseFactory(resident=resident, dose_number=number, administered_on=on, lot=lot, **facts)


def test_it_works():
    person()
    dose_import = brought(ROW)
    assert outcomes(dose_import) == ["new"]
    dose = SheetDose.objects.get()
    assert (dose.person, dose.dose_number, dose.administered_on) == (NUMBER, 1, date(2021, 8, 1))
    assert (dose.vaccine.name, dose.lot_number, dose.born) == ("AstraZeneca", "AB1234", date(1990, 3, 5))
    # Nothing is in the register before somebody commits it.
    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"dose": "15n"}, "unreadable"),
        ({"dose": ""}, "unreadable"),
        ({"dose": "0"}, "unreadable"),
        ({"dose": "99"}, "unreadable"),
        ({"on": ""}, "unreadable"),
        ({"on": "hôm nay"}, "unreadable"),
        ({"on": "01/08/2921"}, "unreadable"),
        ({"on": "01/08/1989"}, "unreadable before-birth"),
        ({"vaccine": "Vắc xin X"}, "unreadable"),
        ({"vaccine": ""}, "unreadable"),
        ({"dose": "mũi thứ hai"}, "new"),
        ({"vaccine": "COVID-19 Vaccine AstraZeneca"}, "new"),
        # What is not of the dose keeps nothing out, and changes nobody.
        ({"born": "?", "sex": "?", "phone": "?", "province": "?", "lot": "", "facility": ""}, "new"),
        (
            {"number": "079090999999", "name": "Lê Thị Khác", "born": "01/01/1950", "sex": "Nữ", "phone": ""},
            "doubtful number-unknown",
        ),
        ({"number": "", "name": "Lê Thị Khác", "born": "01/01/1950", "sex": "Nữ", "phone": ""}, "no-id"),
        ({"number": "07909O", "name": "Lê Thị Khác", "born": "01/01/1950", "sex": "Nữ", "phone": ""}, "malformed-id"),
        # A number not there goes before a value not read.
        ({"number": "", "name": "Lê Thị Khác", "born": "01/01/1950", "phone": "", "dose": "15n"}, "no-id"),
        ({"name": "Lê Thị Khác", "born": "01/01/1950", "sex": "Nữ", "phone": ""}, "disagrees"),
        # Excel dropped the zero, and cut the number short.
        ({"number": "79090000001"}, "new"),
        ({"number": "79090000001.0"}, "new"),
    ],
)
def test_outcome_of_a_row(row, outcome):
    person()
    assert outcomes(brought(row)) == [outcome]


def test_nothing_unreadable_gets_a_value():
    person()
    brought({"dose": "15n", "on": "?", "vaccine": "?", "born": "?"})
    dose = SheetDose.objects.get()
    assert (dose.dose_number, dose.administered_on, dose.vaccine, dose.born) == (None, None, None, None)
    assert {"dose-unreadable", "day-unreadable", "vaccine-unknown", "birth-unreadable"} <= set(dose.problems)


def test_zero_put_back_is_kept_as_evidence():
    person()
    brought({"number": "79090000001"})
    dose = SheetDose.objects.get()
    assert dose.number == NUMBER
    assert "number-restored" in dose.problems


def test_zeros_are_not_put_back_where_the_year_of_birth_says_otherwise():
    # 08004534196 was cut short before its zero was lost: with two zeros it begins with the code of another province.
    UnitFactory(code="08", cccd_prefix="008", in_force_from=None, in_force_until=date(2025, 6, 30))
    brought(STRANGER | {"number": "8004534196"})
    dose = SheetDose.objects.get()
    assert (dose.number, dose.outcome) == ("", "malformed-id")
    assert "number-restored" not in dose.problems


def test_same_dose_recorded_is_already_recorded_whatever_its_lot():
    recorded(person())
    assert outcomes(brought({"lot": "KHAC1"}, ROW)) == ["already-recorded", "already-recorded"]


def test_dose_recorded_under_an_old_number_of_the_person_is_already_recorded():
    old = person("012345678")
    recorded(old)
    correct_number(by=BY, resident=old, new_number=NUMBER, reason="thẻ mới")
    assert outcomes(brought(ROW, {"number": "012345678"})) == ["already-recorded", "already-recorded"]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"on": "02/08/2021"}, "conflict recorded-differs"),
        ({"vaccine": "Pfizer"}, "conflict recorded-differs"),
        ({"dose": "2"}, "conflict recorded-same-day"),
        ({"dose": "2", "on": "10/07/2021"}, "conflict recorded-order"),
        ({"dose": "2", "on": "10/10/2021"}, "new"),
    ],
)
def test_dose_that_contradicts_a_recorded_one(row, outcome):
    dose = recorded(person())
    assert outcomes(brought(row)) == [outcome]
    assert SheetDose.objects.get().recorded_dose == (dose.pk if "conflict" in outcome else None)


def test_voided_dose_contradicts_nothing():
    recorded(person(), on=date(2021, 7, 1), voided=True)
    assert outcomes(brought(ROW)) == ["new"]


def test_same_dose_twice_in_the_file_is_new_once_and_the_first_stays():
    person()
    assert outcomes(brought(ROW, {"lot": "KHAC1"}, {"number": "79090000001"})) == ["new", "duplicate", "duplicate"]


def test_second_dose_typed_as_first_is_a_conflict_and_the_next_number_is_suggested():
    person()
    assert outcomes(brought({"on": "10/10/2021"}, ROW)) == ["conflict file-differs", "new"]
    suggestions = SheetDose.objects.order_by("row").values_list("suggested_number", "dose_number", "decided_number")
    assert list(suggestions) == [(2, 1, None), (None, 1, None)]


def test_no_number_is_suggested_that_is_taken():
    person()
    rows = [ROW, {"on": "10/10/2021"}, {"dose": "2", "on": "12/10/2021"}]
    assert outcomes(brought(*rows)) == ["new", "conflict file-differs", "new"]
    assert not SheetDose.objects.filter(suggested_number__isnull=False).exists()


@pytest.mark.parametrize(
    "rows",
    [
        # A few days apart: a slip of the pen, and nobody knows which.
        [ROW, {"on": "03/08/2021"}],
        # One day, two vaccines.
        [ROW, {"vaccine": "Pfizer"}],
        # Two second doses, and no first: the earlier may be that.
        [{"dose": "II"}, {"dose": "2", "on": "10/10/2021"}],
    ],
)
def test_contradiction_within_the_file_that_nobody_can_tell_holds_both(rows):
    person()
    assert outcomes(brought(*rows)) == ["conflict file-differs"] * 2


def test_two_numbers_on_one_day_hold_both():
    person()
    assert outcomes(brought(ROW, {"dose": "2"})) == ["conflict file-same-day"] * 2


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        # The first typed as second, the second as first: nobody can tell.
        ([{"dose": "2"}, {"on": "10/10/2021"}], ["conflict file-order"] * 2),
        # The day of the second slipped before the first; the third is in order with both.
        (
            [ROW, {"dose": "2", "on": "10/07/2021"}, {"dose": "3", "on": "01/12/2021"}],
            ["conflict file-order", "conflict file-order", "new"],
        ),
        # What is a conflict already holds no other back.
        ([ROW, {"dose": "2", "on": "10/10/2021"}, {"on": "01/12/2021"}], ["new", "new", "conflict file-differs"]),
    ],
)
def test_numbers_that_are_not_in_the_order_of_the_days_are_conflicts(rows, found):
    person()
    assert outcomes(brought(*rows)) == found


def test_row_with_more_cells_than_headings_is_unreadable_and_taken_for_nobody():
    person()
    cells = table([ROW])
    cells[1].insert(3, "5, tháng 3")
    dose_import = brought_file(csv_file(cells))
    assert outcomes(dose_import) == ["unreadable"]
    dose = SheetDose.objects.get()
    assert (dose.person, dose.number, dose.problems) == (None, "", ["ragged"])


@pytest.mark.parametrize(
    "cells",
    [
        list(HEADINGS.values()),
        [f"({place})" for place in range(1, 12)],
        [str(place) for place in range(1, 12)],
        ["Tổng cộng: 2 mũi"],
        ["", "", "", "", "", "", "", "", "Người lập biểu"],
    ],
)
def test_headings_on_each_page_totals_and_signatures_are_no_doses_and_nobody(cells):
    person()
    dose_import = brought_file(csv_file([*table([ROW]), cells]))
    assert outcomes(dose_import) == ["new", "unreadable"]
    dose = SheetDose.objects.get(row=3)
    assert (dose.person, dose.problems) == (None, ["no-dose"])


def test_counts_add_up_to_the_rows():
    person()
    rows = [ROW, ROW, {"dose": "x"}, {"number": "", "name": "Ai Đó"}, {"on": "10/10/2021"}, {"number": "1"}]
    dose_import = brought(*rows)
    assert dose_import.rows == dose_import.doses == sum(dose_import.counts.values()) == 6
    assert dose_import.counts[Outcome.NEW] == 1


def test_lot_of_another_vaccine_is_kept_out_and_said():
    person()
    LotFactory(vaccine=Vaccine.objects.get(code="comirnaty"), lot_number="FD 1234")
    assert outcomes(brought({"lot": "fd1234"})) == ["new"]
    assert SheetDose.objects.get().warnings == ["other-lot"]


def test_lot_that_nobody_knows_is_of_the_vaccine_that_nearly_all_rows_name():
    rows = []
    for n in range(12):
        person(f"0790900001{n:02d}", full_name=f"Trần Thị {'ABCDEGHIKLMN'[n]}nh", phone="", sex="M")
        rows.append({"number": f"0790900001{n:02d}", "name": f"Trần Thị {'ABCDEGHIKLMN'[n]}nh", "phone": ""})
    rows[5]["vaccine"] = "Pfizer"
    assert outcomes(brought(*rows)) == ["new"] * 12
    assert list(SheetDose.objects.exclude(warnings=[]).values_list("row", flat=True)) == [7]


def test_file_of_outcomes_names_the_person_of_the_first_three_and_last_three_only():
    person()
    rows = [ROW, ROW, {"dose": "x"}, {"number": "", "name": "Ai Đó", "born": "1950"}]
    found = [tuple(row) for row in row_outcomes(brought(*rows))]
    assert found == [(2, "new", NUMBER), (3, "duplicate", NUMBER), (4, "unreadable", NUMBER), (5, "no-id", "")]


def test_two_doses_in_one_row_are_two_doses_and_one_line_of_outcomes():
    person()
    recorded(Dose._meta.get_field("resident").related_model.objects.get())
    head = [
        "Họ tên",
        "Năm sinh",
        "CCCD",
        "Mũi 1 - ngày tiêm",
        "Vắc xin mũi 1",
        "Mũi 2 - ngày tiêm",
        "Vắc xin mũi 2",
        "SĐT",
    ]
    row = [ROW["name"], "1990", NUMBER, "01/08/2021", "AZ", "10/10/2021", "AZ", ROW["phone"]]
    only_first = [*row[:5], "", "", ROW["phone"]]
    dose_import = brought_file(csv_file([head, row, only_first]))
    assert outcomes(dose_import) == ["already-recorded", "new", "already-recorded"]
    assert (dose_import.rows, dose_import.doses) == (2, 3)
    assert [tuple(row)[:2] for row in row_outcomes(dose_import)] == [(2, "new"), (3, "already-recorded")]
