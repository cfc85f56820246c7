"""Which column holds what: by its heading, by what the province said before, and when somebody must be asked."""

import pytest

from residents.tests.factories import UnitFactory
from vaccinations.imports.columns import doubts_of, propose, remember
from vaccinations.imports.headings import Field, Meaning, meaning_of
from vaccinations.imports.reading import open_sheet
from vaccinations.tests.sheets import csv_file


@pytest.mark.parametrize(
    ("headings", "field"),
    [
        (
            "Họ và tên|HỌ TÊN|Ho va ten|Họ tên người được tiêm|Họ tên đối tượng|Full name|Name|Họ và tên (*)",
            "full_name",
        ),
        ("Họ|Họ đệm|Họ và tên đệm|Surname", "family_name"),
        ("Giới tính|Giới|Phái|Nam/Nữ|Sex|Gender", "sex"),
        ("Ngày sinh|Năm sinh|Ngày, tháng, năm sinh|NTNS|DOB|Date of birth|Ngay sinh (dd/mm/yyyy)", "born"),
        ("Năm sinh Nam|Ngày sinh nam", "born_male"),
        ("Năm sinh Nữ", "born_female"),
        (
            "Số CCCD/CMND|CMND|CCCD|Số CMND/CCCD/Hộ chiếu|Số định danh cá nhân|Mã định danh|Citizen ID|ID number|ID",
            "number",
        ),
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
        ("Người tiêm|Bác sĩ tiêm|Vaccinator", "vaccinator"),
        (
            "Ngày cấp CMND|Nơi cấp|Hạn dùng|Nhóm đối tượng|Địa chỉ|Quận/Huyện|SĐT người giám hộ|Tình trạng|Số thẻ BHYT",
            "",
        ),
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
