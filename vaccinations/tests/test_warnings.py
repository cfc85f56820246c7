"""What is unusual about a dose. Sources: FIELD.md 1.4 and 2, issues 2 and 4, vaccinations/data/schedule_vn.csv."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from residents.birth import UNKNOWN, read_birth
from vaccinations.doses.rule_warnings import examine, span_text
from vaccinations.doses.warnings import Candidate, Code, Given, proposed_number
from vaccinations.engine.spans import read_span
from vaccinations.tests.series import FIRST, schedule, series, uses

NOW = datetime(2021, 10, 20, 3, 0, tzinfo=UTC)
TODAY = date(2021, 10, 20)
LONG_AGO = NOW - timedelta(days=60)
ADULT = read_birth("05/03/1990")
NAMES = {"comirnaty": "Comirnaty", "spikevax": "Spikevax", "vaxzevria": "AstraZeneca", "home-made": "Home-made"}


def day(text):
    return date.fromisoformat(text)


def given(number=1, product="comirnaty", on="2021-09-01", typed_at=LONG_AGO):
    return Given(number, product, NAMES.get(product, product), day(on), typed_at)


def candidate(number=2, product="comirnaty", on="2021-10-20", **facts):
    name = NAMES.get(product, product)
    return Candidate(dose_number=number, product=product, product_name=name, administered_on=day(on), **facts)


def expired(number, last_day, **facts):
    return candidate(number, lot_expires_on=day(last_day), lot_faults=frozenset({"lot-expired"}), **facts)


def findings(vietnam, dose, history=(), birth=ADULT, now=NOW):
    found = examine(candidate=dose, history=history, schedule=vietnam, birth=birth, now=now, today=TODAY)
    assert all(warning.message for warning in found.warnings)
    return found


def sentence(vietnam, *args, **facts):
    with translation.override("en"):
        return findings(vietnam, *args, **facts).warnings[0].message


AZ = {"product": "vaxzevria"}
CASES = [
    ("a second dose in time: FIELD 1.4, Comirnaty 21 d", candidate(), [given()], ADULT, []),
    ("a first dose: nothing to compare", candidate(1), [], ADULT, []),
    ("issue 2: same day again", candidate(on="2021-09-01"), [given()], ADULT, ["same-day", "too-early"]),
    ("FIELD 1.4: Comirnaty 21 d, day 20", candidate(on="2021-09-21"), [given()], ADULT, ["too-early"]),
    ("FIELD 1.4: Comirnaty 21 d, day 21", candidate(on="2021-09-22"), [given()], ADULT, []),
    ("n3: AstraZeneca 4 weeks, day 27", candidate(**AZ, on="2021-09-28"), [given(**AZ)], ADULT, ["too-early"]),
    ("n3: special cases, day 28", candidate(**AZ, on="2021-09-29"), [given(**AZ)], ADULT, ["grace"]),
    ("n3: routine is 6 weeks, day 41", candidate(**AZ, on="2021-10-12"), [given(**AZ)], ADULT, ["grace"]),
    ("n3: routine is 6 weeks, day 42", candidate(**AZ, on="2021-10-13"), [given(**AZ)], ADULT, []),
    (
        "FIELD 1.4: Hayat-Vax, interval not verified",
        candidate(product="hayat-vax", on="2021-09-02"),
        [given(product="hayat-vax")],
        ADULT,
        [],
    ),
    ("package: from 16, aged 15", candidate(1, on="2021-10-13"), [], read_birth("14/10/2005"), ["below-age"]),
    ("package: the 16th birthday", candidate(1, on="2021-10-13"), [], read_birth("13/10/2005"), []),
    ("8688: no minimum is kept since 14 October", candidate(1, on="2021-10-14"), [], read_birth("2010"), []),
    ("only the year is known, may be 16 already", candidate(1, on="2021-10-13"), [], read_birth("2005"), []),
    ("only the year is known, at most 15", candidate(1, on="2021-10-13"), [], read_birth("2006"), ["below-age"]),
    ("no birth date warns of nothing", candidate(1), [], UNKNOWN, []),
    ("FIELD 1.4: Janssen, age not verified", candidate(1, product="janssen"), [], read_birth("2010"), []),
    (
        "n1: AstraZeneca, then Moderna, a day before 8 September",
        candidate(product="spikevax", on="2021-09-07"),
        [given(**AZ, on="2021-06-01")],
        ADULT,
        ["other-product"],
    ),
    (
        "n1: AstraZeneca, then Moderna, since 8 September",
        candidate(product="spikevax", on="2021-09-08"),
        [given(**AZ, on="2021-06-01")],
        ADULT,
        [],
    ),
    ("n1: AstraZeneca does not follow Pfizer", candidate(**AZ), [given()], ADULT, ["other-product"]),
    (
        "QĐ 4471: not authorised before 17 September",
        candidate(1, product="abdala", on="2021-09-16"),
        [],
        ADULT,
        ["other-product"],
    ),
    (
        "a booster's product is not laid down, its 6 months are",
        candidate(3, product="vero-cell"),
        [given(1, on="2021-03-01"), given(2, on="2021-03-22")],
        ADULT,
        [],
    ),
    (
        "a booster a day before its 6 months",
        candidate(3, on="2021-09-21"),
        [given(1, on="2021-03-01"), given(2, on="2021-03-22")],
        ADULT,
        ["too-early"],
    ),
    ("no lot chosen yet: nothing of the product", candidate(product=""), [given(on="2021-10-19")], ADULT, []),
    ("issue 2: lot expired", expired(1, "2021-10-19"), [], ADULT, ["lot-expired"]),
    (
        "issue 4: what else may be wrong with a lot",
        candidate(1, lot_faults=frozenset({"lot-elsewhere", "lot-recalled", "lot-other-vaccine"})),
        [],
        ADULT,
        ["lot-recalled", "lot-other-vaccine", "lot-elsewhere"],
    ),
    ("FIELD 2, complaint 1: dose 2 without dose 1", candidate(2), [], ADULT, ["number-gap"]),
    (
        "dose 4 without dose 3",
        candidate(4),
        [given(1, on="2021-02-01"), given(2, on="2021-03-01")],
        ADULT,
        ["number-gap"],
    ),
    ("complaint 6: a second dose typed as the first", candidate(1), [given(1)], ADULT, ["number-taken"]),
    ("complaint 6: dose 1 dated after dose 2", candidate(1), [given(2)], ADULT, ["out-of-order"]),
    ("dose 2 dated before dose 1", candidate(2, on="2021-08-01"), [given(1)], ADULT, ["out-of-order"]),
    ("dose 1 typed in late, too near to dose 2", candidate(1, on="2021-08-20"), [given(2)], ADULT, ["too-early"]),
    ("issue 4: a day in the future", candidate(1, on="2021-10-21"), [], ADULT, ["future"]),
    ("the schedule does not know the vaccine", candidate(product="home-made"), [given()], read_birth("2020"), []),
]


@pytest.mark.parametrize(("source", "dose", "history", "birth", "expected"), CASES)
def test_what_is_unusual(vietnam, source, dose, history, birth, expected):
    assert findings(vietnam, dose, history, birth).codes == expected, source


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, ["recent"]), (29, ["recent"]), (30, ["recent"]), (31, []), (600, [])]
)
def test_recorded_minutes_ago_warns_for_half_an_hour(vietnam, minutes, expected):
    """Issue 2 and FIELD.md 2, complaint 6: the same person at two desks."""
    dose = given(typed_at=NOW - timedelta(minutes=minutes))
    assert findings(vietnam, candidate(), [dose]).codes == expected


def test_recorded_minutes_ago_is_nothing_to_an_import(vietnam):
    assert findings(vietnam, candidate(), [given(typed_at=NOW)], now=None).codes == []
    assert findings(vietnam, candidate(), [given(typed_at=None)]).codes == []


def test_all_that_is_unusual_is_told_the_gravest_first(vietnam):
    dose = expired(3, "2021-01-01", **AZ, on="2021-10-05")
    history = [given(1, on="2021-10-05", typed_at=NOW), given(4, on="2021-10-01")]
    assert findings(vietnam, dose, history).codes == [
        "same-day",
        "recent",
        "number-gap",
        "out-of-order",
        "too-early",
        "other-product",
        "lot-expired",
    ]


@pytest.mark.parametrize(
    ("dose", "history", "text"),
    [
        (
            candidate(on="2021-09-21"),
            [given()],
            "Too early: 20 days after dose 1 of 01/09/2021. It counts from 22/09/2021 (21 days).",
        ),
        (
            candidate(**AZ, on="2021-09-30"),
            [given(**AZ)],
            "Early: 29 days after dose 1 of 01/09/2021. It counts, but the rule says from 13/10/2021 (42 days).",
        ),
        (
            candidate(1, on="2021-08-20"),
            [given(2)],
            "Too early: dose 2 of 01/09/2021 was given 12 days later, and would not count after this one.",
        ),
        (candidate(1), [given(1)], "Dose 1 of 01/09/2021 is recorded already. Is this dose 2?"),
        (
            candidate(**AZ),
            [given()],
            "Another product: AstraZeneca may not follow dose 1, Comirnaty, by the rules of that day.",
        ),
        (
            candidate(1, product="abdala", on="2021-09-16"),
            [],
            "abdala: no rule in force on that day allows it for this dose.",
        ),
        (expired(1, "2021-10-01"), [], "The lot expired on 01/10/2021."),
    ],
)
def test_messages_carry_the_facts(vietnam, dose, history, text):
    assert sentence(vietnam, dose, history) == text


def test_the_age_is_told_with_the_rule(vietnam):
    dose = candidate(1, on="2021-10-13")
    text = "Below age: 15 years on that day, the rule says from 16 years."
    assert sentence(vietnam, dose, birth=read_birth("14/10/2005")) == text


def test_days_of_grace_before_an_age_are_told_too():
    """CDC's rules have four; Vietnam's none that is known."""
    small = schedule(series(replace(FIRST, preferable=uses("A"))))
    dose = candidate(1, product="A", on="2021-10-17")
    assert sentence(small, dose, birth=read_birth("20/10/2003")) == (
        "Early: the rule says from 18 years. The dose counts all the same."
    )
    assert findings(small, dose, birth=read_birth("20/10/2003")).codes == ["grace"]


@pytest.mark.parametrize("code", Code)
def test_codes_fit_their_column(code):
    assert len(code.value) <= 20


@pytest.mark.parametrize(
    ("dose", "history", "birth", "told"),
    [
        (candidate(on="2021-10-10"), [given()], ADULT, []),
        (candidate(), [given()], ADULT, ["Age not checked: the rule"]),
        (candidate(on="2021-10-10"), [given()], UNKNOWN, ["Age not checked: the date"]),
        (
            candidate(product="hayat-vax"),
            [given(product="hayat-vax")],
            ADULT,
            ["Age not checked: the rule", "Interval not checked"],
        ),
        (candidate(1, product="hayat-vax"), [], ADULT, ["Age not checked: the rule"]),
        (
            candidate(3),
            [given(1, on="2021-01-01"), given(2, on="2021-02-01")],
            ADULT,
            ["Age not checked: the rule", "Product not checked"],
        ),
        (
            candidate(4, on="2021-10-20"),
            [given(1, on="2020-01-01"), given(2, on="2020-02-01"), given(3, on="2020-09-01")],
            ADULT,
            ["This dose comes after the last one"],
        ),
        (candidate(product="home-made"), [given()], ADULT, ["Age, interval and product not checked"]),
        (candidate(product=""), [given()], ADULT, []),
        (
            candidate(on="2021-10-10"),
            [given(product="home-made")],
            ADULT,
            ["Dose 1 is not counted: the schedule has no rule for Home-made."],
        ),
        # Of 16 years on 13 October 2021: perhaps, surely not (that is a warning), surely.
        (candidate(1, on="2021-10-13"), [], read_birth("2005"), ["Age not certain: only the year"]),
        (candidate(1, on="2021-10-13"), [], read_birth("2006"), []),
        (candidate(1, on="2021-10-13"), [], read_birth("2004"), []),
        (candidate(1, on="2021-10-13"), [], read_birth("10/2005"), ["Age not certain: only the month"]),
        (candidate(1, on="2021-10-13"), [], read_birth("09/2005"), []),
    ],
)
def test_what_could_not_be_checked_is_told(vietnam, dose, history, birth, told):
    with translation.override("en"):
        found = findings(vietnam, dose, history, birth).unknowns
    assert len(found) == len(told), found
    assert all(sentence.startswith(begin) for sentence, begin in zip(found, told, strict=True)), found


@pytest.mark.parametrize(
    ("source", "doses", "on", "number"),
    [
        ("complaint 6: the second typed as the first", [(1, "2021-09-01")], "2021-10-20", 2),
        ("the first typed in after the second", [(2, "2021-09-01")], "2021-08-01", 1),
        ("between two", [(1, "2021-01-01"), (3, "2021-09-01")], "2021-05-01", 2),
        ("no free number fits its day", [(1, "2021-01-01"), (2, "2021-09-01")], "2021-05-01", 3),
        ("nothing is recorded", [], "2021-05-01", 1),
    ],
)
def test_the_number_proposed_fits_the_day(source, doses, on, number):
    history = [given(recorded, on=given_on) for recorded, given_on in doses]
    assert proposed_number(history, day(on)) == number, source


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("18 years", "18 years"),
        ("1 year 1 month 1 day", "1 year 1 month 1 day"),
        ("6 weeks", "42 days"),
        ("0 days", "0 days"),
    ],
)
def test_a_length_of_time_in_words(text, words):
    with translation.override("en"):
        assert span_text(read_span(text)) == words
