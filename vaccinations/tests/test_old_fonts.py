"""Text typed in a font from before Unicode: read as it was meant, and no other text is touched."""

import pytest

from vaccinations.imports.reading import open_sheet
from vaccinations.imports.reading.old_fonts import from_tcvn3, from_vni, reading_of
from vaccinations.tests.sheets import ROW, csv_file, table, xlsx_file

TEXTS = ("Nguyễn Văn Đức", "Trần Thị Hương", "Đỗ Ngọc Quỳnh", "Bùi Quốc Khánh", "Lưu Gia Bảo", "Võ Thị Mỹ Duyên")
IN_TCVN3 = (
    "NguyÔn V¨n §øc",
    "TrÇn ThÞ H\u00ad¬ng",
    "§ç Ngäc Quúnh",
    "Bïi Quèc Kh¸nh",
    "L\u00adu Gia B¶o",
    "Vâ ThÞ Mü Duyªn",
)
IN_VNI = (
    "Nguyeãn Vaên Ñöùc",
    "Traàn Thò Höông",
    "Ñoã Ngoïc Quyønh",
    "Buøi Quoác Khaùnh",
    "Löu Gia Baûo",
    "Voõ Thò Myõ Duyeân",
)


@pytest.mark.parametrize(("written", "reading"), [(IN_TCVN3, from_tcvn3), (IN_VNI, from_vni)])
def test_names_of_either_font_are_known_by_their_syllables_and_read(written, reading):
    assert reading_of(written) is reading
    assert tuple(map(reading, written)) == TEXTS


def test_capitals_of_vni():
    assert from_vni("TRAÀN THÒ HÖÔNG") == "TRẦN THỊ HƯƠNG"


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS,
        [text.upper() for text in TEXTS],
        ["Nguyen Van Duc", "Tran Thi Huong"],
        ["Tr?n Th? H??ng", "Lê Hà", "Hòa"],
        ["Café Ñandú", "Müller"],
        ["079090000001", "01/08/2021", ""],
        [],
    ],
)
def test_other_text_stays_as_it_is(texts):
    assert reading_of(texts) is None


HEAD = ["Hä vµ tªn", "Ngµy sinh", "Sè CMND", "Tªn v¾c xin", "Mòi sè", "Ngµy tiªm"]


@pytest.mark.parametrize("file_of", [csv_file, xlsx_file, lambda cells: csv_file(cells, encoding="cp1252")])
def test_sheet_in_tcvn3_with_its_headings(file_of):
    rows = [[name, "1990", "1", "AZ", "1", "2"] for name in IN_TCVN3]
    sheet = open_sheet(file_of([["Së Y tÕ"], HEAD, *rows]))
    assert sheet.headings == ["Họ và tên", "Ngày sinh", "Số CMND", "Tên vắc xin", "Mũi số", "Ngày tiêm"]
    assert [row.cells[0] for row in sheet.rows()] == list(TEXTS)


def test_column_in_an_old_font_among_others_in_unicode():
    sheet = open_sheet(csv_file(table([ROW | {"name": name} for name in IN_VNI])))
    rows = list(sheet.rows())
    assert [row.cells[0] for row in rows] == list(TEXTS)
    assert rows[0].cells[5:] == [ROW[name] for name in ("province", "vaccine", "dose", "on", "lot", "facility")]
