import unicodedata
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.birth import UNKNOWN
from residents.scan import UnreadableScanError, read_identity

CARD = "001090123456|012345678|Nguyễn Văn A|01011990|Nam|Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh|15042021"


def test_card_gives_all_its_facts():
    identity = read_identity(CARD)
    card = identity.card
    assert identity.number.number == card.number == "001090123456"
    assert (card.old_number, card.full_name, str(card.birth), card.sex) == (
        "012345678",
        "Nguyễn Văn A",
        "01/01/1990",
        "M",
    )
    assert (card.address, card.issued_on) == ("Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh", date(2021, 4, 15))


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", CARD),
        f"\ufeff{CARD}\r\n",
        CARD.replace("Nguyễn", " Nguyễn "),
        # Cards of 2024 add fields after the seventh.
        CARD + "|Nguyễn Văn B|001060123456",
    ],
)
def test_card_is_read_whatever_the_scanner_did_to_it(text):
    assert read_identity(text).card == read_identity(CARD).card


@pytest.mark.parametrize(("written", "sex"), [("Nam", "M"), ("NỮ", "F"), ("Nu", "F"), ("", ""), ("?", "")])
def test_sex_is_read_or_unknown(written, sex):
    assert read_identity(CARD.replace("Nam", written)).card.sex == sex


def test_card_without_an_old_number_has_none():
    assert read_identity(CARD.replace("012345678", "")).card.old_number == ""


@pytest.mark.parametrize("written", ["079190000001", "T00000000001", "01234567", "0123456O8", "x"])
def test_old_number_of_another_kind_or_mangled_is_left_out_and_the_rest_helps(written):
    card = read_identity(CARD.replace("012345678", written)).card
    assert (card.old_number, card.number, card.full_name) == ("", "001090123456", "Nguyễn Văn A")


def test_mangled_date_is_unknown_and_the_rest_helps():
    card = read_identity(CARD.replace("01011990", "0101199O")).card
    assert (card.birth, card.full_name) == (UNKNOWN, "Nguyễn Văn A")


@pytest.mark.parametrize("text", ["079 301 123456", "012345678", "T00000000001"])
def test_number_alone_is_read_without_a_card(text):
    identity = read_identity(text)
    assert (identity.number.number, identity.card) == (text.replace(" ", ""), None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        CARD.replace("001090123456", "00109012345"),
        "001090123456||Nguyễn",
        CARD.replace("Nguyễn Văn A", " "),
        # More than the registry has room for; nothing is cut off in silence.
        CARD.replace("Nguyễn Văn A", "A" * 151),
        CARD.replace("Phường Bến Nghé", "A" * 251),
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(UnreadableScanError):
        read_identity(text)


@given(st.text())
def test_nonsense_is_refused_and_never_an_error(text):
    with suppress(UnreadableScanError):
        read_identity(text)


def test_refusal_says_what_to_do(english):
    assert "type the 12 digits" in UnreadableScanError().message
