"""Which column holds what: by its heading, by what the province said before, and when somebody must be asked."""

import pytest

from residents.tests.factories import UnitFactory
from vaccinations.imports.columns import doubts_of, propose, remember
from vaccinations.imports.headings import Field, Meaning, meaning_of
from vaccinations.imports.reading import open_sheet
from vaccinations.imports.reading.sheet import Row
from vaccinations.imports.staging import TEXTS, CellPicker
from vaccinations.tests.sheets import csv_file


@pytest.mark.parametrize(
    ("headings", "field"),
    [
        (
            "Họ và tên|HỌ TÊN|Ho va ten|Họ tên người được tiêm|Họ tên đối tượng|Full name|Name|Họ và tên (*)",
            "full_name",
        ),
        ("Họ|Họ đệm|Họ và tên đệm|Họ và chữ lót|Surname", "family_name"),
        ("Tên đệm|Chữ lót|Middle name", "middle_name"),
        ("Giới tính Nam", "male"),
        ("Giới tính Nữ", "female"),
        ("Giới tính|Giới|Phái|Nam/Nữ|Sex|Gender", "sex"),
        ("Ngày sinh|Năm sinh|Ngày, tháng, năm sinh|NTNS|DOB|Date of birth|Ngay sinh (dd/mm/yyyy)", "born"),
        ("Năm sinh Nam|Ngày sinh nam", "born_male"),
        ("Năm sinh Nữ", "born_female"),
        (
            "Số CCCD/CMND|CMND|CCCD|Số CMND/CCCD/Hộ chiếu|Số định danh cá nhân|Mã định danh|Citizen ID|ID number|ID",
            "number",
        ),
        ("ĐDCN|Identity card number", "number"),
        ("GT", "sex"),
        ("Di động|Contact number", "phone"),
        ("Shot number", "dose_number"),
        ("Immunization date|Dose date", "administered_on"),
        ("Số lô/Hạn dùng", "lot"),
        ("Vaccination centre|Location", "facility"),
        ("Tên đối tượng|Patient", "full_name"),
        ("Số CMND cũ|CMND (cũ)", "old_number"),
        ("Số điện thoại|SĐT|Điện thoại|ĐT|Phone|Mobile|SDT lien he", "phone"),
        ("Tỉnh/TP|Tỉnh/Thành phố|Tỉnh|Province|Tỉnh thường trú", "province"),
        ("Phường/Xã|Xã/Phường|Ward", "ward"),
        ("Tên vắc xin|Vắc xin|Vắcxin|Vaccine|Loại vắc xin|Vaccine name", "vaccine"),
        ("Mũi số|Mũi|Mũi tiêm|Mũi tiêm số|Lần tiêm|Mũi thứ|Dose|Dose number|Dose no.", "dose_number"),
        (
            "Ngày tiêm|Ngày tiêm vắc xin|Thời gian tiêm|Vaccination date|Date of vaccination|Date given|Date",
            "administered_on",
        ),
        ("Số lô|Lô vắc xin|Số lô vắc xin|Lot|Batch no", "lot"),
        (
            "Cơ sở tiêm|Nơi tiêm|Điểm tiêm|Đơn vị tiêm|Tên cơ sở tiêm chủng|Tên cơ sở|Facility|Vaccination site",
            "facility",
        ),
        ("Người tiêm|Bác sĩ tiêm|Vaccinator|Họ tên cán bộ tiêm", "vaccinator"),
        (
            "Ngày cấp CMND|Nơi cấp|Hạn dùng|Nhóm đối tượng|Địa chỉ|Quận/Huyện|SĐT người giám hộ|Tình trạng|Số thẻ BHYT",
            "",
        ),
        ("Huyện|Tuổi|Đơn vị công tác|Ngày hẹn tiêm mũi 2|Ngày tiêm dự kiến|Ngày tiêm mũi tiếp theo|Next dose date", ""),
        ("SĐT người thân|Họ tên mẹ|Họ và tên cha/mẹ|CMND của bố|Mother's name|Người nhập liệu", ""),
        # As an English Excel saves them.
        ("H? và tên|H? tên", "full_name"),
        ("M?i s?", "dose_number"),
        ("Lo?i v?c xin", "vaccine"),
        ("C? s? tiêm", "facility"),
    ],
)
def test_usual_headings_are_known(headings, field):
    for heading in headings.split("|"):
        meaning = meaning_of(heading)
        assert meaning is not None, heading
        assert (heading, meaning) == (heading, Meaning(Field(field)))


@pytest.mark.parametrize(
    ("heading", "meaning"),
    [
        ("Ngày tiêm mũi 1", Meaning(Field.ADMINISTERED_ON, 1)),
        ("Vắc xin (mũi 2)", Meaning(Field.VACCINE, 2)),
        ("Mũi thứ hai: số lô", Meaning(Field.LOT, 2)),
        ("Cơ sở tiêm lần 3", Meaning(Field.FACILITY, 3)),
        ("1st dose date", Meaning(Field.ADMINISTERED_ON, 1)),
        ("Date of dose 2", Meaning(Field.ADMINISTERED_ON, 2)),
    ],
)
def test_heading_names_its_dose(heading, meaning):
    assert meaning_of(heading) == meaning


@pytest.mark.parametrize("heading", ["STT", "Ghi gì đó", "Dân tộc", "", "Mũi 1"])
def test_other_headings_mean_nothing(heading):
    assert meaning_of(heading) is None or not meaning_of(heading).field


HEAD = ["Họ và tên", "CCCD", "Tên vắc xin", "Mũi số", "Ngày tiêm"]


def layout(headings, row=(), province=None):
    return propose(open_sheet(csv_file([headings, row or ["x"] * len(headings)])), province)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headings", "doubts"),
    [
        (HEAD, []),
        (HEAD[1:], ["name"]),
        (HEAD[:2] + HEAD[3:], ["vaccine"]),
        (HEAD[:3] + HEAD[4:], ["dose_number"]),
        (HEAD[:4], ["administered_on"]),
        ([*HEAD, "Ngày tiêm chủng"], ["twice"]),
        # No ID in the whole sheet: its rows say so one by one.
        ([HEAD[0], *HEAD[2:]], []),
        (["Họ đệm", "Tên", *HEAD[1:]], []),
        (["Họ tên", "Ngày tiêm mũi 1", "Vắc xin mũi 1", "Ngày tiêm mũi 2", "Vắc xin mũi 2"], []),
    ],
)
def test_somebody_is_asked_where_the_headings_leave_a_doubt(headings, doubts):
    assert doubts_of(layout(headings)) == doubts


@pytest.mark.django_db
def test_day_under_a_heading_that_names_a_dose_alone_is_believed_and_asked_about():
    found = layout(["Họ tên", "Vắc xin", "Mũi 1", "Mũi 2"], ["Bưởi", "AZ", "01/08/2021", "10/10/2021"])
    assert [(column["field"], column["dose"]) for column in found["columns"]][2:] == [
        ("administered_on", 1),
        ("administered_on", 2),
    ]
    assert doubts_of(found) == ["guessed"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("head", "cells", "picked"),
    [
        ("Họ|Tên đệm|Tên", ["Trần", "Thị", "Mít"], {"full_name": "Trần Thị Mít"}),
        ("Họ tên|Giới tính Nam|Giới tính Nữ", ["Mít", "", "x"], {"full_name": "Mít", "sex": "Nữ"}),
        ("Họ tên|Giới tính Nam|Giới tính Nữ", ["Mít", "1", "0"], {"sex": "Nam"}),
        ("Họ tên|Giới tính Nam|Giới tính Nữ", ["Mít", "x", "x"], {"sex": ""}),
    ],
)
def test_columns_that_are_one_fact_together(head, cells, picked):
    found = layout([*head.split("|"), "CCCD", "Ngày tiêm", "Vắc xin"], [*cells, "1", "2", "AZ"])
    (line,) = CellPicker(found).lines(Row(2, [*cells, "1", "2", "AZ"]))
    texts = dict(zip(TEXTS, line[3:], strict=True))
    assert {field: texts[field] for field in picked} == picked


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "births", "found"),
    [
        (["3/25/2021", "8/13/2021", "8/2/2021", "12/31/2021"], ["25/3/1990"] * 4, (True, False)),
        # One says the opposite, or too few say anything.
        (["3/25/2021", "8/13/2021", "13/8/2021", "12/31/2021"], ["3/25/1990"] * 4, (False, True)),
        (["3/25/2021", "8/13/2021", "8/2/2021", "1/2/2021"], ["1/2/1990"] * 4, (False, False)),
    ],
)
def test_sheet_that_went_through_an_english_excel_has_the_month_first(days, births, found):
    head = ["Họ và tên", "Ngày sinh", "Ngày tiêm", "CCCD"]
    rows = [["Bưởi", birth, day, "1"] for birth, day in zip(births, days, strict=True)]
    proposed = propose(open_sheet(csv_file([head, *rows])), None)
    assert (proposed["month_first"], proposed["births_month_first"]) == found


@pytest.mark.django_db
def test_province_is_asked_once():
    here, elsewhere = UnitFactory(), UnitFactory()
    headings = [*HEAD[:4], "Hôm tiêm"]
    asked = layout(headings, province=here)
    assert doubts_of(asked) == ["administered_on"]
    asked["columns"][4]["field"] = "administered_on"
    remember(here, asked["columns"])
    # The same heading in other letters is known from now on, in that province.
    assert doubts_of(layout([*HEAD[:4], "HOM TIEM"], province=here)) == []
    assert doubts_of(layout(headings, province=elsewhere)) == ["administered_on"]


@pytest.mark.django_db
def test_samples_show_what_kind_of_thing_stands_in_a_column_and_no_more():
    found = layout(HEAD, ["Nguyễn Văn Bưởi", "079090000001", "AZ", "1", "01/08/2021"])
    assert [column["samples"] for column in found["columns"]] == [
        ["Ng••••••••i"],
        ["07••••••••1"],
        ["AZ"],
        ["1"],
        ["01•••••••1"],
    ]


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        (["Họ tên", "Nam", "Nữ"], ["full_name", "male", "female"]),
        # The year, not a man: no column of women stands beside it.
        (["Ngày sinh Ngày", "Ngày sinh Tháng", "Ngày sinh Năm"], ["born_day", "born_month", "born_year"]),
        (["Ngày", "Tháng", "Năm", "Ngày tiêm"], ["born_day", "born_month", "born_year", "administered_on"]),
        # Of what they are the parts is not said.
        (["Ngày", "Tháng", "Năm"], ["administered_on", "", ""]),
        (["Ngày sinh", "Ngày", "Tháng", "Năm", "Ngày tiêm"], ["born", "administered_on", "", "", "administered_on"]),
        (["Ngày tiêm Ngày", "Ngày tiêm Tháng", "Ngày tiêm Năm"], ["administered_on"] * 3),
        (["Giới tính", "Nam", "Nữ"], ["sex", "", ""]),
    ],
)
@pytest.mark.django_db
def test_neighbours_tell_what_a_heading_means(headings, fields):
    found = layout([*headings, "Vắc xin", "Số lô", "Mũi số"])
    assert [column["field"] for column in found["columns"]][: len(fields)] == fields


@pytest.mark.parametrize(
    ("parts", "born"),
    [
        (["7", "11", "1995"], "7/11/1995"),
        (["7.0", "11.0", "1995.0"], "7/11/1995"),
        (["", "11", "1995"], "11/1995"),
        (["00", "00", "1995"], "1995"),
        # A day of no month says nothing; without the year nothing is made of it.
        (["7", "", "1995"], "1995"),
        (["7", "11", ""], "7/11"),
    ],
)
@pytest.mark.django_db
def test_birth_in_three_columns_is_joined_as_far_as_it_is_known(parts, born):
    layout = propose(
        open_sheet(csv_file([["Họ tên", "Ngày", "Tháng", "Năm", "Ngày tiêm", "Vắc xin"], ["1"] * 6])), None
    )
    [line] = CellPicker(layout).lines(Row(2, ["Bưởi", *parts, "01/08/2021", "AZ"]))
    assert dict(zip(TEXTS, line[3:], strict=True))["born"] == born
