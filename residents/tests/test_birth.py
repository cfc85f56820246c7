from datetime import date

import pytest

from residents.birth import UNKNOWN, Birth, UnreadableBirthError, read_birth


@pytest.mark.parametrize(
    ("text", "earliest", "precision", "shown"),
    [
        ("05/03/1990", date(1990, 3, 5), "D", "05/03/1990"),
        ("5/3/1990", date(1990, 3, 5), "D", "05/03/1990"),
        (" 5-3-1990 ", date(1990, 3, 5), "D", "05/03/1990"),
        ("05.03.1990", date(1990, 3, 5), "D", "05/03/1990"),
        ("05 03 1990", date(1990, 3, 5), "D", "05/03/1990"),
        ("05031990", date(1990, 3, 5), "D", "05/03/1990"),
        ("1990-03-05", date(1990, 3, 5), "D", "05/03/1990"),
        ("29/02/2000", date(2000, 2, 29), "D", "29/02/2000"),
        ("03/1990", date(1990, 3, 1), "M", "03/1990"),
        ("1990", date(1990, 1, 1), "Y", "1990"),
    ],
)
def test_date_of_birth_is_read_day_first(text, earliest, precision, shown):
    birth = read_birth(text)
    assert (birth.earliest, birth.precision, str(birth)) == (earliest, precision, shown)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02/1990",
        "29/02/1900",
        "13/13/1990",
        "0/3/1990",
        "5/3/90",
        "1849",
        "2201",
        "00/1990",
        "5/3/1990x",
        "５/3/1990",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(UnreadableBirthError):
        read_birth(text)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("05/03/1990", "05/03/1990", True),
        ("05/03/1990", "03/05/1990", False),
        ("05/03/1990", "03/1990", True),
        ("05/03/1990", "04/1990", False),
        ("05/03/1990", "1990", True),
        ("04/1990", "1990", True),
        ("04/1990", "1991", False),
    ],
)
def test_births_agree_as_far_as_both_are_known(one, other, agree):
    assert read_birth(one).agrees_with(read_birth(other)) is agree
    assert read_birth(other).agrees_with(read_birth(one)) is agree


@pytest.mark.parametrize(
    ("text", "on", "greatest", "least"),
    [
        ("1990", date(2021, 12, 30), 31, 30),
        ("1990", date(2021, 12, 31), 31, 31),
        ("02/2004", date(2024, 2, 28), 20, 19),
        ("02/2004", date(2024, 2, 29), 20, 20),
        ("05/03/1990", date(2021, 3, 5), 31, 31),
    ],
)
def test_age_lies_between_the_earliest_and_the_latest_possible_birth(text, on, greatest, least):
    assert (read_birth(text).age_on(on), read_birth(text).least_age_on(on)) == (greatest, least)


def test_unknown_birth_agrees_with_all_and_has_no_age():
    assert UNKNOWN.agrees_with(read_birth("1990"))
    assert (str(UNKNOWN), UNKNOWN.year, UNKNOWN.age_on(date(2026, 11, 23))) == ("", None, None)
    assert UNKNOWN.least_age_on(date(2026, 11, 23)) is None


@pytest.mark.parametrize(
    ("text", "on", "age"),
    [
        ("24/11/2014", date(2026, 11, 23), 11),
        ("24/11/2014", date(2026, 11, 24), 12),
        ("29/02/2012", date(2026, 2, 28), 13),
        # The greatest age that a person of whom only the year is known can have.
        ("2014", date(2026, 1, 1), 12),
    ],
)
def test_age_is_in_completed_years(text, on, age):
    assert read_birth(text).age_on(on) == age


def test_year_of_birth_is_that_of_the_earliest_day():
    assert Birth(date(1990, 3, 5), "D").year == 1990
