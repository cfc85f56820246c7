"""What is unusual about a dose. Sources: FIELD.md 1.4 and 2, issue 2 (clinic desk), vaccinations/data/course_rules.csv."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from residents.birth import UNKNOWN, Birth, Precision, read_birth
from vaccinations.doses.warnings import Candidate, Code, Given, unknowns, warnings_of
from vaccinations.schedule import Rule

NOW = datetime(2021, 10, 20, 3, 0, tzinfo=UTC)
TODAY = date(2021, 10, 20)
LONG_AGO = NOW - timedelta(days=60)
ADULT = read_birth("05/03/1990")
# FIELD.md 1.4, as course_rules.csv keeps it.
ASTRAZENECA = Rule(2, minimum_age_years=18, minimum_interval_days=42, recommended_interval_days=56)
COMIRNATY = Rule(2, minimum_age_years=16, minimum_interval_days=21, recommended_interval_days=21)
JANSSEN = Rule(1)
HAYAT_VAX = Rule(2)


def given(number=1, product="Comirnaty", on=date(2021, 9, 1), typed_at=LONG_AGO):
    return Given(dose_number=number, product=product, administered_on=on, typed_at=typed_at)


def candidate(number=2, product="Comirnaty", on=TODAY, expires=None):
    return Candidate(dose_number=number, product=product, administered_on=on, lot_expires_on=expires)


def codes(candidate, history=(), rule=COMIRNATY, birth=ADULT, now=NOW):
    found = warnings_of(candidate=candidate, history=history, rule=rule, birth=birth, now=now)
    assert all(warning.message for warning in found)
    return [warning.code.value for warning in found]


@pytest.mark.parametrize(
    ("source", "candidate", "history", "rule", "birth", "expected"),
    [
        ("a second dose in time: FIELD 1.4, Comirnaty 21 d", candidate(), [given()], COMIRNATY, ADULT, []),
        ("a first dose: nothing to compare", candidate(1), [], COMIRNATY, ADULT, []),
        ("issue 2: same day again", candidate(), [given(on=TODAY)], COMIRNATY, ADULT, ["same-day"]),
        (
            "FIELD 1.4: Comirnaty 21 d, day 20",
            candidate(on=date(2021, 9, 21)),
            [given()],
            COMIRNATY,
            ADULT,
            ["too-early"],
        ),
        ("FIELD 1.4: Comirnaty 21 d, day 21", candidate(on=date(2021, 9, 22)), [given()], COMIRNATY, ADULT, []),
        (
            "FIELD 1.4: AstraZeneca 6 weeks, day 41",
            candidate(product="AZ", on=date(2021, 10, 12)),
            [given(product="AZ")],
            ASTRAZENECA,
            ADULT,
            ["too-early"],
        ),
        (
            "FIELD 1.4: AstraZeneca 6 weeks, day 42",
            candidate(product="AZ", on=date(2021, 10, 13)),
            [given(product="AZ")],
            ASTRAZENECA,
            ADULT,
            [],
        ),
        (
            "FIELD 1.4: Hayat-Vax, interval not verified",
            candidate(on=date(2021, 9, 2)),
            [given()],
            HAYAT_VAX,
            ADULT,
            [],
        ),
        ("FIELD 1.4: Comirnaty from 16, aged 15", candidate(1), [], COMIRNATY, read_birth("21/10/2005"), ["below-age"]),
        ("FIELD 1.4: Comirnaty from 16, 16th birthday", candidate(1), [], COMIRNATY, read_birth("20/10/2005"), []),
        ("only the year is known, may be 16 already", candidate(1), [], COMIRNATY, read_birth("2005"), []),
        ("only the year is known, at most 15", candidate(1), [], COMIRNATY, read_birth("2006"), ["below-age"]),
        ("no birth date warns of nothing", candidate(1), [], COMIRNATY, UNKNOWN, []),
        ("FIELD 1.4: Janssen, age not verified", candidate(1), [], JANSSEN, read_birth("2010"), []),
        ("issue 2: another product", candidate(product="Spikevax"), [given()], COMIRNATY, ADULT, ["other-product"]),
        (
            "another product than the last one, not the first",
            candidate(3, product="AZ"),
            [given(1, product="AZ"), given(2, on=date(2021, 9, 25))],
            COMIRNATY,
            ADULT,
            ["other-product"],
        ),
        ("no lot chosen yet: product not compared", candidate(product=""), [given()], None, ADULT, []),
        ("issue 2: lot expired", candidate(1, expires=date(2021, 10, 19)), [], COMIRNATY, ADULT, ["lot-expired"]),
        ("the last day of a lot", candidate(1, expires=TODAY), [], COMIRNATY, ADULT, []),
        (
            "a dose of last month typed in today, its lot expired since",
            candidate(1, on=date(2021, 9, 1), expires=date(2021, 9, 30)),
            [],
            COMIRNATY,
            ADULT,
            [],
        ),
        ("FIELD 2, complaint 1: dose 2 without dose 1", candidate(2), [], COMIRNATY, ADULT, ["number-gap"]),
        ("dose 4 without dose 3", candidate(4), [given(1), given(2)], COMIRNATY, ADULT, ["number-gap"]),
        (
            "FIELD 2, complaint 6: dose 1 dated after dose 2",
            candidate(1, on=TODAY),
            [given(2)],
            COMIRNATY,
            ADULT,
            ["out-of-order"],
        ),
        (
            "dose 2 dated before dose 1",
            candidate(2, on=date(2021, 8, 1)),
            [given(1)],
            COMIRNATY,
            ADULT,
            ["out-of-order"],
        ),
        (
            "dose 1 typed in late, too near to dose 2",
            candidate(1, on=date(2021, 8, 20)),
            [given(2)],
            COMIRNATY,
            ADULT,
            ["too-early"],
        ),
        (
            "after the course the course's own interval still holds",
            candidate(3),
            [given(1), given(2, on=date(2021, 10, 19))],
            COMIRNATY,
            ADULT,
            ["too-early"],
        ),
        ("no rule on that day", candidate(on=date(2021, 9, 2)), [given()], None, read_birth("2020"), []),
    ],
)
def test_warnings_of(source, candidate, history, rule, birth, expected):
    assert codes(candidate, history, rule, birth) == expected, source


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, ["recent"]), (29, ["recent"]), (30, ["recent"]), (31, []), (600, [])]
)
def test_recorded_minutes_ago_warns_for_half_an_hour(minutes, expected):
    """Issue 2 and FIELD.md 2, complaint 6: the same person at two desks."""
    assert codes(candidate(), [given(typed_at=NOW - timedelta(minutes=minutes))]) == expected


def test_recorded_minutes_ago_is_nothing_to_an_import():
    assert codes(candidate(), [given(typed_at=NOW)], now=None) == []


def test_a_dose_imported_minutes_ago_is_no_double_entry():
    assert codes(candidate(), [given(typed_at=None)]) == []


def test_all_that_is_unusual_is_told_the_gravest_first():
    child = Birth(date(2012, 1, 1), Precision.DAY)
    dose = candidate(3, product="AZ", expires=date(2021, 1, 1))
    found = codes(dose, [given(on=TODAY, typed_at=NOW), given(4, on=date(2021, 10, 1))], COMIRNATY, child)
    assert found == [
        "same-day",
        "recent",
        "number-gap",
        "out-of-order",
        "too-early",
        "below-age",
        "other-product",
        "lot-expired",
    ]


def test_messages_carry_the_facts():
    dose = candidate(on=date(2021, 9, 2), product="Spikevax", expires=date(2021, 9, 1))
    found = warnings_of(candidate=dose, history=[given()], rule=COMIRNATY, birth=read_birth("2006"), now=NOW)
    text = " ".join(warning.message for warning in found)
    for fact in ("21", "16", "15", "Comirnaty", "01/09/2021"):
        assert fact in text


@pytest.mark.parametrize("code", Code)
def test_codes_fit_their_column(code):
    assert len(code.value) <= 20


@pytest.mark.parametrize(
    ("dose", "history", "rule", "birth", "count"),
    [
        (candidate(), [given()], COMIRNATY, ADULT, 0),
        (candidate(), [given()], COMIRNATY, UNKNOWN, 1),
        (candidate(), [given()], HAYAT_VAX, ADULT, 2),
        (candidate(1), [], HAYAT_VAX, ADULT, 1),
        (candidate(3), [given()], COMIRNATY, ADULT, 1),
        (candidate(), [given()], None, ADULT, 1),
        (candidate(), [given()], None, UNKNOWN, 2),
        (candidate(product=""), [], None, ADULT, 0),
        # Of 16 years on 20 October 2021: perhaps, surely not (that is a warning), surely.
        (candidate(1), [], COMIRNATY, read_birth("2005"), 1),
        (candidate(1), [], COMIRNATY, read_birth("2006"), 0),
        (candidate(1), [], COMIRNATY, read_birth("2004"), 0),
        (candidate(1), [], COMIRNATY, read_birth("10/2005"), 1),
        (candidate(1), [], COMIRNATY, read_birth("09/2005"), 0),
        (candidate(1), [], COMIRNATY, read_birth("20/10/2005"), 0),
    ],
)
def test_unknowns_say_what_was_not_checked(dose, history, rule, birth, count):
    assert len(unknowns(candidate=dose, history=history, rule=rule, birth=birth)) == count


def test_age_that_depends_on_the_day_of_birth_is_told():
    def told(birth):
        return unknowns(candidate=candidate(1), history=[], rule=COMIRNATY, birth=read_birth(birth))

    with translation.override("en"):
        assert told("2005") == ["Age not certain: only the year of birth is known."]
        assert told("10/2005") == ["Age not certain: only the month of birth is known."]
