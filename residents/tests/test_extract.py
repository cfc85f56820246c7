from io import BytesIO

import pytest

from residents.extract import Extract, UnreadableExtractError

HEADING = "citizen_id,full_name,date_of_birth,sex,province_code,phone\r\n"
ROW = "079190000001,Trần Thị Đào,05/03/1990,F,079,0912345678\r\n"


def drained(content: bytes) -> bytes:
    extract = Extract(BytesIO(content))
    return b"".join(iter(lambda: extract.read(7), b""))


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableExtractError) as caught:
        drained(content)
    return str(caught.value.message)


def test_extract_with_byte_order_mark_gives_headings_and_the_rest():
    extract = Extract(BytesIO(("\ufeff" + HEADING + ROW).encode()))
    assert extract.headings[0] == "citizen_id"
    assert extract.read() == ROW.encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_of_the_sheet_is_found(delimiter):
    extract = Extract(BytesIO(HEADING.replace(",", delimiter).encode()))
    assert (extract.delimiter, len(extract.headings)) == (delimiter, 6)


def test_extra_columns_are_named():
    extract = Extract(BytesIO(HEADING.replace("sex", "note,SEX ").encode()))
    assert extract.extra_headings == ["note"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "citizen_id, full_name, date_of_birth, sex, province_code, phone"),
        (b"STT,full_name,sex\r\n", "citizen_id, date_of_birth, province_code, phone"),
        (b"\xff\xfec\x00i\x00", "UTF-8"),
        (HEADING.replace("phone", "phone,phone").encode(), "more than once: phone"),
    ],
)
def test_wrong_heading_is_refused_by_name(content, said, english):
    assert said in refusal(content)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROW.encode() + b"079190000002,Tr\x1en \xe2\x28 X,,,,\r\n", "Row 3 is no text in UTF-8"),
        (ROW.encode() + b"079190000002,A\0B,,,,\r\n", "Row 3 contains a NUL"),
        # The row is that of the record: a cell with a line end in it is still one row of the spreadsheet.
        (b'079190000002,"A\r\nB",,,,\r\n079190000003,\xff,,,,\r\n', "Row 3 is no text"),
        (ROW.encode() + "079190000002,Tầ".encode()[:-1], "Row 3 is no text in UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_row(rows, said, english):
    assert said in refusal(HEADING.encode() + rows)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (ROW + "079190000002,A\r\n", "Row 3 has 2 cells instead of 6"),
        (ROW + "\r\n" + ROW, "Row 3 has 0 cells instead of 6"),
        (ROW + '079190000002,"A,,,,\r\n', "Row 3 has 2 cells instead of 6"),
        (ROW + ROW.replace("\r\n", "\n"), "mixed up"),
    ],
)
def test_fault_is_told_by_its_row(rows, said, english):
    assert said in str(Extract(BytesIO((HEADING + rows).encode())).fault().message)
