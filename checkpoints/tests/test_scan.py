"""The desk's one box finds out what it was given."""

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkpoints.cards.scan import UnreadableScanError, read_scan

TOKEN = "Ab3-_xYz0123456789qwer"
CARD = "001090123456|012345678|Nguyễn Văn Ước|01011990|Nam|Phường Bến Nghé, Quận 1|15042021"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"https://vaxreg.vn/p/{TOKEN}/", TOKEN),
        (f"http://10.0.0.7:8000/p/{TOKEN}", TOKEN),
        (f"\x02 https://vaxreg.vn/p/{TOKEN}/?lang=vi\r\n", TOKEN),
        (f"https://vaxreg.vn/p/{TOKEN}/".swapcase(), TOKEN),
        ("3467 9CDF", "34679CDF"),
        ("3467-9cdf\r\n", "34679CDF"),
    ],
)
def test_read_scan_of_a_pass_returns_its_key(text, key):
    scan = read_scan(text)
    assert (scan.key, scan.kind, scan.numbers) == (key, "pass", [])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("001090123456", "001090123456"),
        (" 001 0 90 123456\n", "001090123456"),
        ("012345678", "012345678"),
        ("t00000000001", "T00000000001"),
    ],
)
def test_read_scan_of_a_number_returns_it(text, number):
    scan = read_scan(text)
    assert (scan.number, scan.kind, scan.numbers) == (number, "number", [number])


@pytest.mark.parametrize("text", [CARD, f"\x1d{CARD}\r\n", unicodedata.normalize("NFD", CARD)])
def test_read_scan_of_a_card_returns_its_facts_and_both_numbers(text):
    scan = read_scan(text)
    assert scan.kind == "card"
    assert scan.numbers == ["001090123456", "012345678"]
    assert scan.card.full_name == "Nguyễn Văn Ước"


def test_certificate_typed_under_caps_lock_is_read():
    assert read_scan("HC1:NCF").certificate == read_scan("hc1:ncf").certificate == "HC1:NCF"


def test_read_scan_of_a_garbled_card_gives_the_words_back_or_the_number_alone():
    garbled = CARD.encode().decode("latin-1")
    assert read_scan(f"{garbled}\r\n").card.full_name == "Nguyễn Văn Ước"
    lost = read_scan(CARD.encode("ascii", "replace").decode())
    assert (lost.number, lost.card, lost.hint) == ("001090123456", None, None)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "0010901234567", f"https://vaxreg.vn/p/{TOKEN}x/", "https://vaxreg.vn/p/short/", "3467 9CD", "A|B|C"],
)
def test_read_scan_of_anything_else_is_refused(text):
    with pytest.raises(UnreadableScanError):
        read_scan(text)


@given(st.text())
def test_read_scan_of_any_text_is_read_or_refused(text):
    with suppress(UnreadableScanError):
        assert read_scan(text).kind
