"""A scanner types: without its line end two scans run together. The last complete one counts, and is said to."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checkpoints.cards.scan import UnreadableScanError, read_scan
from checkpoints.tests.factories import CheckpointFactory, officer_at
from vaxreg.codes import ALPHABET

# Letters of codes only: a code that is all digits may be the end of a number.
CODES = st.text(sorted(set(ALPHABET) - set("0123456789")), min_size=8, max_size=8)
NUMBERS = st.from_regex(r"0[0-9]{11}", fullmatch=True)
TOKENS = st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True)
NAMES = st.sampled_from(
    ["Nguyễn Văn Ước", "Trần Thị Bé", unicodedata.normalize("NFD", "Lê Hữu Đạt"), "Nguyeenx Vawn A"]
)
cards = st.builds(
    lambda number, old, name: (f"{number}|{old}|{name}|05031990|Nam|Phường Bến Nghé, Quận 1|15042021", number),
    NUMBERS,
    st.just("") | st.from_regex(r"[0-9]{9}", fullmatch=True),
    NAMES,
)
passes = st.builds(lambda token: (f"https://vaxreg.vn/p/{token}/", token), TOKENS)
codes = CODES.map(lambda code: (code, code))
numbers = NUMBERS.map(lambda number: (number, number))
ENDS = st.sampled_from(["", " ", "\r", "\n", "\r\n", "\t", "\x1d"])


def given_by(scan):
    return scan.key or scan.number


@given(st.one_of(cards, numbers, codes, passes), st.one_of(cards, passes, numbers), ENDS)
def test_of_two_scans_the_last_is_read_and_said(first, last, end):
    scan = read_scan(first[0] + end + last[0])
    assert given_by(scan) == last[1]
    assert scan.is_last_of_several


@given(cards, codes)
def test_code_typed_after_a_card_is_read(card, code):
    assert given_by(read_scan(card[0] + code[0])) == code[1]


@example(
    ("000000000001||Trần Thị Bé|05031990|Nam|", ""),
    ("000000000002|000000000|An|05031990|Nam|Q|15042021", "000000000002"),
    99,
)
@example(
    ("000000000001||Bé|05031990|Nam|Quận 1", ""),
    ("000000000002|000000000|An|05031990|Nam|Q|15042021", "000000000002"),
    99,
)
@given(cards, cards, st.integers(min_value=1, max_value=70))
def test_beginning_that_broke_off_is_left_out(broken, whole, length):
    scan = read_scan(broken[0][:length] + whole[0])
    assert given_by(scan) == whole[1]


@given(cards, ENDS)
def test_one_scan_is_one_however_it_ends(card, end):
    scan = read_scan(end + card[0] + end)
    assert (given_by(scan), scan.is_last_of_several) == (card[1], False)


@given(cards, st.integers(min_value=14, max_value=60))
def test_card_that_broke_off_gives_its_number_and_nothing_else(card, length):
    scan = read_scan(card[0][:length])
    assert scan.number == card[1]


@pytest.mark.parametrize(
    "text",
    [
        # 12 and 9, or 9 and 12.
        "079090000001012345678",
        # Three citizen IDs, or four old numbers.
        "0790900000010790900000020790900000 03",
        "07909000000107909000000",
        "0790900000011",
        # A card that broke off, and a number that may be the end of its address.
        "079090000001||Trần Thị Bé|05031990|Nam|Quận 079090000002",
    ],
)
def test_what_can_be_cut_in_several_ways_or_none_is_refused(text):
    with pytest.raises(UnreadableScanError):
        read_scan(text)


@pytest.mark.parametrize(
    ("text", "plate"),
    [("51F-123.45", "51F12345"), ("59x1 234.56", "59X123456"), ("29LD-12345", "29LD12345"), ("TM1234", "TM1234")],
)
def test_plate_is_read(text, plate):
    scan = read_scan(text)
    assert (scan.plate, scan.key, scan.kind) == (plate, "", "plate")


def test_plate_that_may_be_a_code_is_both():
    scan = read_scan("79C34679")
    assert (scan.plate, scan.key) == ("79C34679", "79C34679")


@pytest.mark.django_db
def test_desk_says_that_two_scans_ran_together(client, english):
    officer_at(CheckpointFactory(), client)
    page = client.post("/desk/", {"scan": "079090000001079090000002"}).content.decode()
    assert "Two scans had run together" in page
    assert "079 0 90 000002" in page
    assert "Two scans" not in client.post("/desk/", {"scan": "079090000001"}).content.decode()
