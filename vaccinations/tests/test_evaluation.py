"""Which doses count and why others do not: CDSi Logic Specification, chapter 6, on a schedule of our own."""

from dataclasses import replace
from datetime import date

import pytest

from vaccinations.engine.evaluation import evaluate
from vaccinations.engine.rules import Condition, Context, GivenDose, Person, Skip, SkipSet
from vaccinations.engine.spans import read_span
from vaccinations.tests.series import FIRST, PERSON, SECOND, ages, given, interval, series, uses

THIRD = replace(SECOND, number=3)


def verdicts(found, history, person=PERSON):
    return [(verdict.status, verdict.reason) for verdict in evaluate(found, person, history).verdicts]


@pytest.mark.parametrize(
    ("rule", "history", "last"),
    [
        ("Table 6-15, 1: before the absolute minimum age", [("A", "2017-12-27")], ("Not Valid", "Age: too young")),
        ("Table 6-15, 2: four days of grace", [("A", "2017-12-28")], ("Valid", "Grace period")),
        ("Table 6-15, 3: old enough", [("A", "2018-01-01")], ("Valid", "")),
        (
            "Table 6-18, 1: too soon",
            [("A", "2020-01-01"), ("A", "2020-01-24")],
            ("Not Valid", "Interval: too short"),
        ),
        ("Table 6-18, 2: four days of grace", [("A", "2020-01-01"), ("A", "2020-01-25")], ("Valid", "Grace period")),
        ("Table 6-18, 3: on the day", [("A", "2020-01-01"), ("A", "2020-01-29")], ("Valid", "")),
        (
            "6.8 and 6.9: of no use for this dose",
            [("B", "2020-01-01")],
            ("Not Valid", "Not a preferable or allowable vaccine"),
        ),
        ("6.9: allowable for the second", [("A", "2020-01-01"), ("B", "2020-02-01")], ("Valid", "")),
        ("6.3: by mistake", [("C", "2020-01-01")], ("Not Valid", "Inadvertent Vaccine")),
        (
            "CALCDTINT-1: counted from an invalid dose too",
            [("A", "2020-01-01"), ("A", "2020-01-20"), ("A", "2020-02-10")],
            ("Not Valid", "Interval: too short"),
        ),
        (
            "CALCDTINT-1: not from an inadvertent one",
            [("A", "2020-01-01"), ("C", "2020-01-28"), ("A", "2020-01-29")],
            ("Valid", ""),
        ),
        (
            "no target dose is left",
            [("A", "2020-01-01"), ("A", "2020-02-01"), ("A", "2020-09-01")],
            ("Extraneous", "After the last dose of the series"),
        ),
    ],
)
def test_the_last_dose_is_judged(rule, history, last):
    assert verdicts(series(), given(*history))[-1] == last, rule


def test_too_old_is_extraneous():
    """Table 6-15, 4."""
    only = replace(FIRST, ages=(ages(maximum="20 years"),))
    assert verdicts(series(only), given(("A", "2019-12-31"))) == [("Valid", "")]
    assert verdicts(series(only), given(("A", "2020-01-01"))) == [("Extraneous", "Age: too old")]


def test_a_spoilt_dose_does_not_count():
    """Section 6.1."""
    spoilt = GivenDose(product="A", given_on=date(2020, 1, 1), is_substandard=True)
    assert verdicts(series(), [spoilt])[0][0] == "Sub-standard"
    assert verdicts(series(), [spoilt, *given(("A", "2020-01-02"))])[1] == ("Valid", "")


def test_a_dose_is_judged_by_the_rule_of_its_day():
    """Section 3.3: the anchor is the day of the dose, both ends included."""
    old = interval(absolute_minimum="10 days", ends_on=date(2020, 6, 30))
    new = interval(absolute_minimum="20 days", begins_on=date(2020, 7, 1))
    found = series(FIRST, replace(SECOND, intervals=(old, new)))
    assert verdicts(found, given(("A", "2020-06-18"), ("A", "2020-06-30")))[1] == ("Valid", "")
    assert verdicts(found, given(("A", "2020-06-18"), ("A", "2020-07-01")))[1] == ("Not Valid", "Interval: too short")


def test_a_product_counts_while_its_rule_is_in_force():
    mixed = replace(SECOND, allowable=uses("B", begins_on=date(2021, 9, 8)))
    found = series(FIRST, mixed)
    assert verdicts(found, given(("A", "2021-06-01"), ("B", "2021-09-07")))[1][0] == "Not Valid"
    assert verdicts(found, given(("A", "2021-06-01"), ("B", "2021-09-08")))[1][0] == "Valid"


def test_all_intervals_must_be_kept_or_one_allowable():
    """Sections 6.5 and 6.6."""
    both = (
        interval(absolute_minimum="10 days"),
        interval(from_previous=False, from_number=1, absolute_minimum="60 days"),
    )
    history = given(("A", "2020-01-01"), ("A", "2020-02-01"), ("A", "2020-02-29"))
    assert verdicts(series(FIRST, SECOND, replace(THIRD, intervals=both)), history)[2][0] == "Not Valid"
    allowable = (interval(from_previous=False, from_number=1, absolute_minimum="59 days"),)
    eased = replace(THIRD, intervals=both, allowable_intervals=allowable)
    assert verdicts(series(FIRST, SECOND, eased), history)[2][0] == "Valid"


def test_an_interval_may_be_counted_from_other_products():
    """CALCDTINT-8: from the most recent of them, valid or not."""
    first = replace(FIRST, intervals=(interval(from_previous=False, from_products=["X"], absolute_minimum="28 days"),))
    assert verdicts(series(first), given(("X", "2020-01-01"), ("A", "2020-01-28")))[1][1] == "Interval: too short"
    assert verdicts(series(first), given(("X", "2020-01-01"), ("A", "2020-01-29")))[1] == ("Valid", "")
    assert verdicts(series(first), given(("Y", "2020-01-01"), ("A", "2020-01-02")))[1] == ("Valid", "")


def skip(context=Context.BOTH, *conditions, needs_all=True):
    return Skip(context, (SkipSet(conditions=conditions, needs_all=needs_all),))


OLD = Condition(kind="age", from_age=read_span("20 years"))
MANY = Condition(kind="count", products=frozenset("A"), is_valid_only=True, comparison="greater than", number=0)


@pytest.mark.parametrize(
    ("rule", "found", "numbers"),
    [
        ("Table 6-11: skipped", skip(Context.BOTH, OLD), [1, 3]),
        ("only in evaluation or both", skip(Context.FORECAST, OLD), [1, 2]),
        ("Table 6-10: all of a set", skip(Context.EVALUATION, OLD, replace(MANY, number=1)), [1, 2]),
        ("Table 6-10: one of a set", skip(Context.EVALUATION, OLD, replace(MANY, number=1), needs_all=False), [1, 3]),
        ("Table 6-9: more than no valid A", skip(Context.EVALUATION, MANY), [1, 3]),
        (
            "CONDSKIP-1: none on or after that day",
            skip(Context.BOTH, replace(MANY, from_day=date(2021, 1, 1))),
            [1, 2],
        ),
        (
            "Table 6-8: not long enough",
            skip(Context.BOTH, Condition(kind="interval", interval=read_span("1 year"))),
            [1, 2],
        ),
        (
            "Table 6-8: long enough",
            skip(Context.BOTH, Condition(kind="interval", interval=read_span("31 days"))),
            [1, 3],
        ),
    ],
)
def test_a_dose_may_be_left_out(rule, found, numbers):
    progress = evaluate(
        series(FIRST, replace(SECOND, skips=(found,)), THIRD), PERSON, given(("A", "2021-01-01"), ("A", "2021-02-01"))
    )
    if "CONDSKIP-1" in rule:
        progress = evaluate(progress.series, PERSON, given(("A", "2020-11-01"), ("A", "2021-02-01")))
    assert [verdict.number for verdict in progress.verdicts] == numbers, rule


def test_no_age_is_checked_where_the_birth_is_not_known():
    """Unknown is never guessed."""
    assert verdicts(series(), given(("A", "2017-12-01")), person=Person()) == [("Valid", "")]


def test_a_product_that_is_not_laid_down_is_not_wrong():
    anything = replace(FIRST, preferable=(), inadvertent=())
    assert verdicts(series(anything), given(("Z", "2020-01-01"))) == [("Valid", "")]


def test_a_recurring_dose_is_due_again():
    yearly = replace(SECOND, is_recurring=True)
    progress = evaluate(
        series(FIRST, yearly), PERSON, given(("A", "2020-01-01"), ("A", "2020-03-01"), ("A", "2021-03-01"))
    )
    assert [verdict.number for verdict in progress.verdicts] == [1, 2, 2]
    assert progress.target == yearly


@pytest.mark.parametrize(
    ("rule", "facts", "use", "counts"),
    [
        ("Table 6-30: of the trade name", {"trade_name": "Aaa"}, {"trade_name": "Aaa"}, True),
        ("Table 6-30: of another", {"trade_name": "Bbb"}, {"trade_name": "Aaa"}, False),
        ("Table 6-30: of another manufacturer", {"manufacturer": "Y"}, {"manufacturer": "X"}, False),
        ("Table 6-30: of any manufacturer", {"manufacturer": "Y"}, {}, True),
        ("Table 6-30: on the first day of the age", {}, {"from_age": read_span("20 years")}, True),
        ("Table 6-30: too young for it", {}, {"from_age": read_span("20 years 1 day")}, False),
        ("Table 6-30: on the day too old for it", {}, {"before_age": read_span("20 years")}, False),
    ],
)
def test_a_product_is_for_an_age_a_name_and_a_maker(rule, facts, use, counts):
    first = replace(FIRST, preferable=uses("A", **use))
    dose = GivenDose(product="A", given_on=date(2020, 1, 1), **facts)
    assert (verdicts(series(first), [dose])[0][0] == "Valid") == counts, rule


def test_no_interval_is_counted_from_a_product_given_by_mistake():
    """CALCDTINT-8."""
    first = replace(FIRST, intervals=(interval(from_previous=False, from_products=["C"], absolute_minimum="28 days"),))
    assert verdicts(series(first), given(("C", "2020-01-01"), ("A", "2020-01-02")))[1] == ("Valid", "")


def test_an_interval_may_be_counted_from_an_event():
    """CALCDTINT-9."""
    after = replace(interval(from_previous=False, absolute_minimum="90 days"), from_observation="X")
    person = replace(PERSON, observations={"X": date(2020, 1, 1)})
    first = series(replace(FIRST, intervals=(after,)))
    assert verdicts(first, given(("A", "2020-03-30")), person)[0][0] == "Not Valid"
    assert verdicts(first, given(("A", "2020-03-31")), person)[0][0] == "Valid"
    assert verdicts(first, given(("A", "2020-01-02")))[0][0] == "Valid"


@pytest.mark.parametrize(
    ("rule", "facts", "is_skipped"),
    [
        ("of these products", {}, True),
        ("of any product", {"products": frozenset()}, True),
        ("of other products", {"products": frozenset("Z")}, False),
        ("before that day", {"before_day": date(2020, 1, 2)}, True),
        ("not on that day", {"before_day": date(2020, 1, 1)}, False),
        ("on that day or after", {"from_day": date(2020, 1, 1)}, True),
        ("at that age", {"from_age": read_span("20 years")}, True),
        ("not below it", {"from_age": read_span("20 years 1 day")}, False),
        ("invalid doses only if all are counted", {"products": frozenset("B"), "is_valid_only": False}, True),
        ("invalid doses are not valid ones", {"products": frozenset("B")}, False),
    ],
)
def test_doses_are_counted_to_leave_one_out(rule, facts, is_skipped):
    """CONDSKIP-1. B does not count for the first dose."""
    second = replace(SECOND, skips=(skip(Context.BOTH, replace(MANY, **facts)),))
    history = given(("B", "2019-12-01"), ("A", "2020-01-01"), ("A", "2021-02-01"))
    numbers = [verdict.number for verdict in evaluate(series(FIRST, second, THIRD), PERSON, history).verdicts]
    assert (numbers[-1] == 3) == is_skipped, rule


def test_sets_are_joined_and_hold_for_their_time():
    """Table 6-11 and section 3.3."""
    never = SkipSet(conditions=(replace(MANY, number=9),))
    always = SkipSet(conditions=(OLD,))

    def last(*sets, needs_all=False):
        second = replace(SECOND, skips=(Skip(Context.BOTH, sets, needs_all),))
        history = given(("A", "2021-01-01"), ("A", "2021-02-01"))
        return evaluate(series(FIRST, second, THIRD), PERSON, history).verdicts[-1].number

    assert last(never, always) == 3
    assert last(never, always, needs_all=True) == 2
    assert last(replace(always, begins_on=date(2021, 2, 1))) == 3
    assert last(replace(always, begins_on=date(2021, 2, 2))) == 2


def test_nobody_of_unknown_age_is_of_an_age_to_leave_a_dose_out():
    second = replace(SECOND, skips=(skip(Context.BOTH, OLD),))
    history = given(("A", "2021-01-01"), ("A", "2021-02-01"))
    assert evaluate(series(FIRST, second, THIRD), Person(), history).verdicts[-1].number == 2
