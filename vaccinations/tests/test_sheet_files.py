"""Files as clerks send them: character sets, separators, spreadsheets, and what cannot be read."""

import unicodedata
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from vaccinations.imports.reading import UnreadableFileError, open_sheet
from vaccinations.tests.sheets import ROW, csv_file, table, xlsx_file

DATA = Path(__file__).parent / "data"
CELLS = table([ROW, {"name": "Trần Thị Ước Đoàn"}])


def read(file, **where):
    sheet = open_sheet(file, **where)
    return sheet, list(sheet.rows())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_of_every_character_set_and_separator(encoding, delimiter):
    sheet, rows = read(csv_file(CELLS, encoding=encoding, delimiter=delimiter))
    assert sheet.headings == CELLS[0]
    assert [(row.number, row.cells) for row in rows] == [(2, CELLS[1]), (3, CELLS[2])]


def test_windows_1258_becomes_letters_of_one_character():
    def in_1258(text):
        """Windows-1258 has letters like ê, but no ề: its tone is a mark of its own behind it."""
        parts = [unicodedata.normalize("NFD", letter) for letter in text]
        tones = [[mark for mark in part[1:] if mark in "\u0300\u0301\u0303\u0309\u0323"] for part in parts]
        bare = [
            unicodedata.normalize("NFC", "".join(mark for mark in part if mark not in tone))
            for part, tone in zip(parts, tones, strict=True)
        ]
        return "".join(letter + "".join(tone) for letter, tone in zip(bare, tones, strict=True)).encode("cp1258")

    file = BytesIO(in_1258("Họ và tên,Ngày sinh,Giới tính\nTrần Thị Ước,1990,Nữ\nNguyễn Bưởi,1991,Nam\n"))
    _sheet, rows = read(file)
    assert [row.cells[0] for row in rows] == ["Trần Thị Ước", "Nguyễn Bưởi"]


def test_windows_1252_is_no_windows_1258():
    text = "Họ và tên,Ngày sinh,Giới tính\nTrần Tình,1990,Nữ\nLê Hòa,1991,Nam\n"
    sheet, rows = read(BytesIO(text.encode("cp1252", "replace")))
    assert [row.cells[0] for row in rows] == ["Tr?n Tình", "Lê Hòa"]
    assert sheet.headings[1] == "Ngày sinh"


def test_quotes_separators_and_line_breaks_inside_a_cell_and_rows_counted_as_a_spreadsheet_does():
    text = 'Họ và tên,Ngày sinh,Cơ sở tiêm\n"Bưởi, Văn",1990,"Trạm ""số 1""\nPhường 2"\n\nMít,1991,Trạm\n,,\n'
    _sheet, rows = read(BytesIO(text.encode()))
    assert [(row.number, row.cells) for row in rows] == [
        (2, ["Bưởi, Văn", "1990", 'Trạm "số 1"\nPhường 2']),
        (4, ["Mít", "1991", "Trạm"]),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_few_broken_bytes_are_question_marks_and_the_rest_of_the_file_is_read(encoding):
    content = csv_file(CELLS, encoding=encoding).getvalue().replace("ễ".encode(), b"\xe1\x3f\x85", 1)
    _sheet, rows = read(BytesIO(content))
    assert [row.cells[0] for row in rows] == ["Nguy?n Văn Bưởi", "Trần Thị Ước Đoàn"]


def test_utf_8_that_a_programme_took_for_windows_1252_is_mended():
    scrambled = csv_file(CELLS, encoding="utf-8").getvalue()
    scrambled = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in scrambled)
    sheet, rows = read(BytesIO(scrambled.encode()))
    assert (sheet.headings, [row.cells for row in rows]) == (CELLS[0], CELLS[1:])
    assert (
        read(xlsx_file([[scrambled.split(",")[0], "Ngày sinh", "Số lô"], ["Hà Á»", "1990", "A"]]))[1][0].cells[0]
        == "Hà Á»"
    )


def test_formula_that_keeps_a_zero_is_the_text_in_it():
    _sheet, rows = read(BytesIO('Họ và tên,CCCD,Ngày tiêm\nBưởi,"=""079090000001""",="01/08/2021"\n'.encode()))
    assert rows[0].cells == ["Bưởi", "079090000001", "01/08/2021"]


def test_nul_bytes_and_the_line_that_excel_writes_for_itself_are_passed_over():
    _sheet, rows = read(BytesIO("sep=;\nHọ và tên;Ngày sinh;Số lô\nBư\0ởi;1990;A1\n".encode()))
    assert [row.cells for row in rows] == [["Bưởi", "1990", "A1"]]


@pytest.mark.parametrize("file_of", [csv_file, xlsx_file])
def test_headings_are_found_below_titles(file_of):
    titled = [["SỞ Y TẾ"], [], ["DANH SÁCH ĐỐI TƯỢNG TIÊM CHỦNG, NĂM 2021"], *CELLS, ["", "", "Người lập"]]
    sheet, rows = read(file_of(titled))
    assert (sheet.heading_row, sheet.headings) == (4, CELLS[0])
    assert [row.number for row in rows] == [5, 6, 7]


def test_head_of_two_rows_is_joined():
    head = ["Họ và tên", "Năm sinh", "", "Mũi 1", "", "Mũi 2", ""]
    below = ["", "Nam", "Nữ", "Ngày", "Vắc xin", "Ngày", "Vắc xin"]
    sheet, rows = read(csv_file([head, below, ["Bưởi", "1990", "", "01/08/2021", "AZ", "", ""]]))
    assert sheet.headings[1:5] == ["Năm sinh Nam", "Năm sinh Nữ", "Mũi 1 Ngày", "Mũi 1 Vắc xin"]
    assert [row.number for row in rows] == [3]


def test_head_of_three_rows_is_joined():
    head = [["Họ và tên", "CCCD", "Thông tin tiêm chủng", "", ""], ["", "", "Mũi 1", "", "Mũi 2"]]
    sheet, rows = read(csv_file([*head, ["", "", "Ngày tiêm", "Vắc xin", "Ngày tiêm"], ["Bưởi", "1", "2", "AZ", "3"]]))
    assert sheet.headings[2:] == [
        f"Thông tin tiêm chủng Mũi {of}" for of in ("1 Ngày tiêm", "1 Vắc xin", "2 Ngày tiêm")
    ]
    assert [row.number for row in rows] == [4]


def book_of(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    return book


def saved(book):
    file = BytesIO()
    book.save(file)
    return file


def test_head_begins_in_the_row_above_where_cells_are_merged_over_two_rows():
    head = [["SỞ Y TẾ"], ["STT", "Họ và tên", "Ngày sinh", "Số CCCD", "Mũi 1", "", ""]]
    below = ["", "", "", "", "Vắc xin", "Ngày tiêm", "Số lô", "Cơ sở tiêm"]
    sheet, rows = read(csv_file([*head, below, ["1", "Bưởi", "1990", "1", "AZ", "01/08/2021", "L1", "Trạm 1"]]))
    assert (sheet.heading_row, sheet.headings[1:6]) == (
        2,
        ["Họ và tên", "Ngày sinh", "Số CCCD", "Mũi 1 Vắc xin", "Mũi 1 Ngày tiêm"],
    )
    assert [row.number for row in rows] == [4]


def test_cell_merged_over_rows_stands_in_each_of_them():
    head = [["Họ và tên", "CCCD", "Mũi", "Ngày tiêm"]]
    book = book_of(A=[*head, ["Bưởi", "1", "1", "2"], ["", "", "2", "3"], ["Mít", "", "1", "2"], ["", "", "2", "3"]])
    for merged in ("A2:A3", "B2:B3", "A4:A5"):
        book["A"].merge_cells(merged)
    assert [row.cells[:3] for row in read(saved(book))[1]] == [
        *(["Bưởi", "1", "1"], ["Bưởi", "1", "2"], ["Mít", "", "1"], ["Mít", "", "2"]),
    ]


def test_cover_is_passed_over_and_lists_on_other_sheets_are_told():
    sheet, rows = read(saved(book_of(Bìa=[["SỞ Y TẾ"]], Một=CELLS, Hai=[["SỞ Y TẾ"], *CELLS], Ba=[["Ghi chú", "x"]])))
    assert (sheet.name, len(rows), sheet.others) == ("Một", 2, {"Hai": 2})


def test_spreadsheet_gives_what_a_clerk_would_have_typed():
    row = ["Bưởi", 79090000001.0, date(1990, 3, 5), 44409.0, 1.5, True, None, 2.0]
    sheet, rows = read(xlsx_file([["Họ và tên", "CCCD", "Ngày sinh", "Ngày tiêm", "Lô", "x", "y", "Mũi số"], row]))
    assert rows[0].cells == ["Bưởi", "79090000001", "1990-03-05", "44409", "1.5", "True", "", "2"]
    assert not sheet.since_1904


def test_spreadsheet_that_counts_from_1904_says_so():
    sheet, rows = read(
        xlsx_file([["Họ và tên", "Ngày sinh", "Ngày tiêm"], ["Bưởi", date(1990, 3, 5), 42798]], since_1904=True)
    )
    assert sheet.since_1904
    assert rows[0].cells == ["Bưởi", "1990-03-05", "42798"]


def test_sheet_with_the_headings_is_found_and_another_can_be_named():
    book = openpyxl.Workbook()
    book.active.append(["Hướng dẫn", "Điền đủ các cột"])
    for row in CELLS:
        book.create_sheet("Quận 1").append(row) if "Quận 1" not in book.sheetnames else book["Quận 1"].append(row)
    file = BytesIO()
    book.save(file)
    sheet, rows = read(file)
    assert (sheet.name, len(rows), sheet.names) == ("Quận 1", 2, ["Sheet", "Quận 1"])
    assert read(file, name="Sheet")[0].headings == ["Hướng dẫn", "Điền đủ các cột"]


def test_old_spreadsheet():
    sheet, rows = read(BytesIO((DATA / "sheet.xls").read_bytes()))
    assert sheet.heading_row == 3
    assert rows[0].cells == ["Nguyễn Văn Bưởi", "79090000001", "1990-03-05", "AZ", "1", "44409"]


def bomb(tmp_path, promised):
    """A zip that unpacks to 3 MB and says that it is so large."""
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 3_000_000)
    content = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), promised.to_bytes(4, "little"))
    path.write_bytes(content)
    return BytesIO(path.read_bytes())


@pytest.mark.parametrize("promised", [3_000_000, 1_000])
def test_zip_that_unpacks_to_too_much_is_not_unpacked_whatever_it_promises(tmp_path, settings, promised):
    settings.IMPORT_MOST_UNPACKED_BYTES = 2_000_000
    with pytest.raises(UnreadableFileError) as raised:
        open_sheet(bomb(tmp_path, promised))
    assert raised.value.code == "unpacks-too-large"


def cut_in_half():
    content = xlsx_file(CELLS).getvalue()
    return BytesIO(content[: len(content) // 2])


def zip_of_something_else():
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return file


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (BytesIO(b""), "empty"),
        (BytesIO(b"\n\n"), "no-headings"),
        (BytesIO(b"\x8d\x9e\x8f\xff\xfe" * 30), "encoding"),
        (BytesIO('Họ và tên,Ngày sinh,Lô\nBưởi,1990,"A1\nMít,1991,A1\n'.encode()), "open-quote"),
        (BytesIO(b"Ho va ten,Ngay sinh,Lo\nBuoi,1990," + b"A" * 40_000), "long-cell"),
        (BytesIO(b"<html><table><tr><td>STT</td></tr></table></html>"), "not-a-sheet"),
        (BytesIO(b"%PDF-1.7\n"), "not-a-sheet"),
        (BytesIO(b"\x8d\x9e\x8f\xff\x00" * 30), "not-a-sheet"),
        (cut_in_half(), "damaged"),
        (BytesIO(b"PK\x03\x04 no zip at all"), "damaged"),
        (zip_of_something_else(), "not-a-sheet"),
        (BytesIO((DATA / "protected.xlsx").read_bytes()), "protected"),
        (BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "not-a-sheet"),
        (xlsx_file([]), "empty"),
        (xlsx_file([["SỞ Y TẾ"]]), "no-headings"),
    ],
)
def test_file_that_cannot_be_read_says_why(file, code):
    with pytest.raises(UnreadableFileError) as raised:
        list(open_sheet(file).rows())
    assert raised.value.code == code
    assert str(raised.value.message)
