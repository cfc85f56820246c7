from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.citizen_id import CitizenId, Kind, MalformedNumberError, grouped, read_number


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("079301123456", "079301123456", Kind.CITIZEN_ID),
        (" 079 3 01 123456\n", "079301123456", Kind.CITIZEN_ID),
        ("079.301-123\u00a0456\ufeff", "079301123456", Kind.CITIZEN_ID),
        ("012345678", "012345678", Kind.OLD_CARD),
        ("t0000 000 0001", "T00000000001", Kind.PROVISIONAL),
    ],
)
def test_number_is_read_with_what_people_put_between_digits(text, number, kind):
    read = read_number(text)
    assert (read.number, read.kind) == (number, kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "07930112345",
        "0793011234567",
        "07930112345O",
        "T0793011234567",
        "٠٧٩٣٠١١٢٣٤٥٦",
        "079301123456\n1",
        "12345678",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(MalformedNumberError):
        read_number(text)


# Circular 59/2021/TT-BCA, article 4: the fourth digit is sex and century.
@pytest.mark.parametrize(
    ("digit", "sex", "century"),
    [("0", "M", 1900), ("1", "F", 1900), ("2", "M", 2000), ("3", "F", 2000), ("4", "M", 2100), ("5", "F", 2100),
     ("6", "M", 2200), ("7", "F", 2200), ("8", "M", 2300), ("9", "F", 2300)],
)  # fmt: skip
def test_fourth_digit_says_sex_and_century(digit, sex, century):
    number = CitizenId(f"079{digit}05123456")
    assert (number.registration_prefix, number.sex, number.birth_year) == ("079", sex, century + 5)


@pytest.mark.parametrize("text", ["012345678", "T00000000001"])
def test_other_numbers_say_nothing_of_their_holder(text):
    number = CitizenId(text)
    assert (number.registration_prefix, number.sex, number.birth_year) == ("", "", None)
    assert number.contradictions(sex="F", born=date(1990, 1, 1)) == ()


@pytest.mark.parametrize(
    ("sex", "born", "found"),
    [
        ("F", date(2001, 5, 1), ()),
        ("M", date(2001, 5, 1), ("sex",)),
        ("F", date(1901, 5, 1), ("birth_year",)),
        ("M", date(2002, 5, 1), ("sex", "birth_year")),
        ("", None, ()),
    ],
)
def test_contradictions_are_named(sex, born, found):
    assert CitizenId("079301123456").contradictions(sex=sex, born=born) == found


@given(st.from_regex(r"([0-9]{12}|[0-9]{9}|T[0-9]{11})", fullmatch=True, alphabet=st.characters(max_codepoint=127)))
def test_grouped_number_reads_back(number):
    assert read_number(grouped(number)).number == number


@pytest.mark.parametrize(
    ("number", "shown"),
    [("079301123456", "079 3 01 123456"), ("012345678", "012 345 678"), ("T00000000001", "T 000 0000 0001")],
)
def test_number_is_grouped_for_the_eye(number, shown):
    assert grouped(number) == shown
