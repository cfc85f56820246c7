"""How two names, numbers and dates differ, as the database says it."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.evidence import EVIDENCE

pytestmark = pytest.mark.django_db


def asked(expression, *arguments):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", arguments)
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("given", "kept", "slip"),
    [
        ("lan", "lan", "same"),
        ("lan", "lam", "changed"),
        ("lan", "van", "changed"),
        ("lanh", "lan", "added"),
        ("blan", "lan", "added"),
        ("loan", "lan", "added"),
        ("la", "lan", "lost"),
        ("an", "lan", "lost"),
        ("lna", "lan", "swapped"),
        ("aln", "lan", "swapped"),
        ("nal", "lan", None),
        ("hoa", "lan", None),
        ("l", "lan", None),
        ("", "a", "lost"),
        ("", "", "same"),
        # A doubled digit, wherever it is taken to be.
        ("0791901123456", "079190123456", "added"),
        ("111", "1111", "lost"),
    ],
)
def test_slip(given, kept, slip):
    assert asked("residents_slip(%s, %s)", given, kept) == slip


@pytest.mark.parametrize(
    ("name", "other", "are_equal"),
    [
        ("Hoà", "Hòa", True),
        ("Thuý Hoà", "Hòa Thúy", True),
        ("Nguyễn Thị Hòa", "NGUYỄN THỊ HOÀ", True),
        ("Ðức", "Đức", True),
        ("Hòa", "Hoa", False),
        ("An", "Ân", False),
        ("Thủy", "Thúy", False),
        ("Duc", "Đuc", False),
    ],
)
def test_tones(name, other, are_equal):
    assert (asked("residents_tones(%s)", name) == asked("residents_tones(%s)", other)) == are_equal


@pytest.mark.parametrize(
    ("given", "kept", "code"),
    [
        ("nguyenvanan", "nguyen van an", "name"),
        ("nguyen v an", "nguyen van an", "name-initials"),
        ("n.v.an", "nguyen van an", "name-initials"),
        ("nguyeenx vawn an", "nguyen van an", "name-garbled"),
        ("dduwcs tra62n", "tran duc", "name-garbled"),
        ("nguy?n v?n an", "nguyen van an", "name-garbled"),
        ("nguyen van anh", "nguyen van an", "name-given"),
        ("nguyen vna an", "nguyen van an", "name-letter"),
        ("chinh thi mai", "trinh thi mai", "name-letter"),
        ("vu vann anh", "vo van an", "name-word"),
        ("nguyen an", "nguyen van an", "name-part"),
        ("ong nguyen van an", "nguyen van an", "name-part"),
        ("nguyen thi an", "nguyen minh an", "name-middle"),
        ("nguyen bao anh", "nguyen minh anh", "name-word"),
        ("tran minh anh", "nguyen minh anh", "name-word"),
        ("nguyen", "nguyen van an", "name-scrap"),
        ("nguyen van", "nguyen van an", "name-scrap"),
        ("an", "nguyen van an", "name-scrap"),
        ("nguyen van binh", "nguyen van an", "name-other"),
        ("tran an", "nguyen van an", "name-other"),
        ("nguyen van binh an", "nguyen van an", "name-part"),
        ("nguyen van an binh", "nguyen van cuong", "name-other"),
        ("nguyen xuan xuan", "nguyen xuan lan", "name-other"),
        # The given name is a middle name as well.
        ("nguyen xuan", "nguyen xuan xuan", "name-part"),
        ("nguyen thi van", "nguyen van van", "name-middle"),
        ("nguyen xuan lan", "nguyen xuan xuan", "name-other"),
        ("nguyen xuam lan", "nguyen xuan xuan", "name-other"),
        ("nguyen xuam xuan", "nguyen xuan xuan", "name-given"),
        ("???", "nguyen van an", "name-other"),
        ("", "nguyen van an", None),
    ],
)
def test_names(given, kept, code):
    assert asked("residents_name_likeness(%s, %s)", given, kept) == code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(*[st.text(st.sampled_from("anhlxXuy ?%_\\'.-0ờđ"), max_size=20)] * 2)
def test_no_text_is_too_strange(given_name, kept_name):
    name = asked("residents_name_likeness(residents_fold(%s), residents_fold(%s))", given_name, kept_name)
    assert name is None or name in EVIDENCE
    asked("residents_number_likeness(residents_digits(%s), %s)", given_name, kept_name)
    asked("residents_number_variants(residents_digits(%s))", given_name)
    asked("residents_tones(%s)", given_name)


@pytest.mark.parametrize(
    ("given", "precision", "kept", "kept_precision", "code"),
    [
        (date(1990, 8, 15), "D", date(1990, 8, 15), "D", "birth"),
        (date(1990, 1, 1), "D", date(1990, 1, 1), "D", "birth-year"),
        (date(1990, 1, 1), "D", date(1990, 8, 15), "D", "birth-0101"),
        (date(1990, 8, 15), "D", date(1990, 1, 1), "D", "birth-0101"),
        (date(1990, 5, 3), "D", date(1990, 3, 5), "D", "birth-swapped"),
        (date(1980, 8, 15), "D", date(1990, 8, 15), "D", "birth-digit"),
        (date(1990, 8, 16), "D", date(1990, 8, 15), "D", "birth-digit"),
        (date(1990, 8, 15), "D", date(2000, 8, 15), "D", "birth-decade"),
        (date(1980, 8, 1), "D", date(1990, 8, 15), "D", "birth-decade"),
        (date(1990, 8, 29), "D", date(1990, 8, 15), "D", "birth-part"),
        (date(1990, 12, 29), "D", date(1990, 8, 15), "D", "birth-near"),
        (date(1963, 8, 29), "D", date(1990, 8, 15), "D", "birth-other"),
        (date(1990, 1, 1), "Y", date(1990, 8, 15), "D", "birth-year"),
        (date(1990, 8, 1), "M", date(1990, 1, 1), "Y", "birth-year"),
        (date(1990, 8, 1), "M", date(1990, 8, 15), "D", "birth-month"),
        (date(1990, 9, 1), "M", date(1990, 8, 15), "D", "birth-near"),
        (date(1991, 1, 1), "Y", date(1990, 8, 15), "D", "birth-near"),
        (date(1971, 1, 1), "Y", date(1990, 8, 15), "D", "birth-other"),
        (None, "U", date(1990, 8, 15), "D", None),
    ],
)
def test_births(given, precision, kept, kept_precision, code):
    likeness = "residents_birth_likeness(%s::date, %s, %s::date, %s)"
    assert asked(likeness, given, precision, kept, kept_precision) == code


@pytest.mark.parametrize(
    ("written", "kept", "code"),
    [
        ("079190123456", "079190123456", "number"),
        ("079 190 12.34-56", "079190123456", "number"),
        ("O7919OI23456", "079190123456", "number"),
        ("79190123456", "079190123456", "number-zero"),
        ("79190123456.0", "079190123456", "number-zero"),
        ("1190123456", "001190123456", "number-zero"),
        ("07919012345", "079190123456", "number-lost"),
        ("0791901234567", "079190123456", "number-added"),
        ("079190123465", "079190123456", "number-transposed"),
        ("079190123457", "079190123456", "number-digit"),
        ("079190O2345X", "079190023456", "number-digit"),
        ("190123456", "079190123456", "number-part"),
        ("0791901234", "079190123456", "number-part"),
        ("031090777777", "079190123456", "number-other"),
        ("123465789", "123456789", "number-transposed"),
        ("23456789", "123456789", "number-lost"),
        # Somebody's old card and another one, a card and a citizen ID, a number issued here: nothing to compare.
        ("987654321", "123456789", None),
        ("123456789", "079190123456", None),
        ("079190123456", "T00000000001", None),
        ("không có", "079190123456", None),
        ("", "079190123456", None),
    ],
)
def test_numbers(written, kept, code):
    assert asked("residents_number_likeness(residents_digits(%s), %s)", written, kept) == code


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("079190123465", "079190123456"),
        ("0791901123456", "079190123456"),
        ("79190123456", "079190123456"),
        ("1190123456", "001190123456"),
        ("1234567890", "123456789"),
        ("12345678", "012345678"),
    ],
)
def test_variants_that_are_looked_up(given, found):
    assert found in asked("residents_number_variants(%s)", given)
    assert len(asked("residents_number_variants(%s)", given)) <= 14
