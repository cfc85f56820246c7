"""Which series speaks for the person: CDSi Logic Specification, chapters 5 and 8, on series of our own."""

from dataclasses import replace
from datetime import date

import pytest

from vaccinations.engine.rules import Condition, Context, Indication, Person, Skip, SkipSet
from vaccinations.engine.spans import read_span
from vaccinations.schedule import assess
from vaccinations.tests.series import FIRST, PERSON, SECOND, ages, forbids, given, interval, schedule, series, uses

ON = date(2020, 6, 1)
OF_A = series(name="A", preference=2, is_product_path=True)
OF_B = series(
    replace(FIRST, preferable=uses("B")), replace(SECOND, preferable=uses("B"), allowable=()), name="B", preference=1
)
EITHER = series(
    replace(FIRST, preferable=uses("A", "B")),
    replace(SECOND, preferable=uses("A", "B")),
    replace(SECOND, number=3, preferable=uses("A", "B")),
    name="either",
    preference=3,
)


def chosen(*found, history=(), person=PERSON, on=ON):
    outcome = assess(schedule=schedule(*found), person=person, history=given(*history), on=on)
    return outcome and outcome.series


@pytest.mark.parametrize(
    ("rule", "found", "history", "expected"),
    [
        ("Table 8-3, 1: the default where nothing counts", (OF_A, replace(OF_B, is_default=True)), [], "B"),
        ("Table 8-3, 2: the only one with a valid dose", (OF_A, OF_B), [("A", "2020-01-01")], "A"),
        (
            "Table 8-3, 3: the only complete one",
            (OF_A, EITHER),
            [("A", "2020-01-01"), ("A", "2020-03-01")],
            "A",
        ),
        ("Table 8-9: closest to completion, most often of one product", (EITHER, OF_A), [("A", "2020-01-01")], "A"),
        (
            "Table 8-9: most valid doses",
            (OF_A, OF_B, EITHER),
            [("B", "2020-01-01"), ("A", "2020-02-01")],
            "either",
        ),
        ("Table 8-11, SELECTBEST-2: nothing counts, no product path, then preference", (OF_A, EITHER, OF_B), [], "B"),
    ],
)
def test_the_best_series_is_chosen(rule, found, history, expected):
    assert chosen(*found, history=history) == expected, rule


def test_of_complete_series_the_one_with_more_valid_doses_is_chosen():
    """Table 8-7."""
    long = series(FIRST, SECOND, replace(SECOND, number=3), name="long", preference=9)
    history = [("A", "2019-01-01"), ("A", "2019-03-01"), ("A", "2019-06-01")]
    assert chosen(OF_A, long, history=history) == "long"


def test_a_series_started_too_old_is_not_scored():
    """SELECTSCORE-2: the first valid dose must come before the maximum age to start."""
    children = series(name="children", preference=1, is_product_path=True, maximum_age_to_start=read_span("20 years"))
    assert chosen(children, OF_A, history=[("A", "2019-12-31")], on=date(2020, 1, 10)) == "children"
    assert chosen(children, OF_A, history=[("A", "2020-01-01")], on=date(2020, 1, 10)) == "A"


def test_a_default_series_is_not_offered_to_whom_is_too_old_to_start_it():
    children = series(name="children", is_default=True, maximum_age_to_start=read_span("18 years"))
    assert chosen(OF_A, children, on=date(2017, 12, 31)) == "children"
    assert chosen(OF_A, children, on=date(2018, 1, 1)) == "A"


@pytest.mark.parametrize(
    ("rule", "facts", "is_relevant"),
    [
        ("5.1: standard", {}, True),
        ("5.1: of the other sex", {"sexes": frozenset("M")}, False),
        ("5.1: of that sex", {"sexes": frozenset("F")}, True),
        ("5.1: a risk the person has not", {"kind": "risk", "indications": (Indication("004"),)}, False),
        ("5.1: a risk the person has", {"kind": "risk", "indications": (Indication("154"),)}, True),
        (
            "5.1: a risk for younger people",
            {"kind": "risk", "indications": (Indication("154", before_age=read_span("20 years")),)},
            False,
        ),
        ("5.1: a risk for nobody yet", {"kind": "risk"}, False),
    ],
)
def test_a_series_concerns_a_person(rule, facts, is_relevant):
    person = Person(born_on=PERSON.born_on, sex="F", observations={"154": None})
    found = series(name="x", is_default=True, **facts)
    assert chosen(found, person=person) == ("x" if is_relevant else None), rule


def test_a_risk_series_goes_before_an_equivalent_standard_one():
    """Table 8-14."""
    risk = replace(
        OF_B,
        kind="risk",
        group="2",
        equivalent_groups=frozenset("1"),
        indications=(Indication("154"),),
        is_default=True,
    )
    standard = replace(OF_A, group="1", is_default=True)
    assert chosen(standard, risk) == "A"
    assert chosen(standard, risk, person=replace(PERSON, observations={"154": None})) == "B"


def test_a_series_recognised_only_when_complete():
    """SELECTSCORE-2, fourth case."""
    abroad = series(name="abroad", kind="evaluation")
    assert chosen(replace(OF_B, is_default=True), abroad, history=[("A", "2020-01-01")]) == "B"
    assert chosen(OF_B, abroad, history=[("A", "2020-01-01"), ("A", "2020-03-01")]) == "abroad"


def test_a_dose_is_left_out_where_another_group_is_complete():
    """Table 6-7."""
    skip = Skip(Context.BOTH, (SkipSet(conditions=(Condition(kind="completed", series_groups=frozenset("1")),)),))
    first = replace(OF_A, group="1")
    second = series(replace(FIRST, skips=(skip,)), name="second", group="2", is_default=True)
    done = [("A", "2019-01-01"), ("A", "2019-03-01")]
    assert chosen(second, first, history=done) == "A"
    assert chosen(second) == "second"


THIRD = replace(SECOND, number=3)
ONE_GIVEN = [("A", "2020-01-01")]


@pytest.mark.parametrize(
    ("rule", "better", "worse", "history"),
    [
        (
            "closest to completion",
            series(name="x"),
            series(FIRST, SECOND, replace(THIRD, intervals=()), name="y"),
            ONE_GIVEN,
        ),
        (
            "can finish earliest",
            series(name="x"),
            series(FIRST, replace(SECOND, intervals=(interval(minimum="1 year"),)), name="y"),
            ONE_GIVEN,
        ),
        (
            "can finish earliest: the longest interval of the rest",
            series(FIRST, SECOND, THIRD, name="x"),
            series(FIRST, SECOND, replace(THIRD, intervals=(interval(minimum="1 year"),)), name="y"),
            ONE_GIVEN,
        ),
        (
            "completable before the maximum age",
            series(FIRST, SECOND, THIRD, name="x"),
            series(FIRST, SECOND, replace(THIRD, ages=(ages(maximum="20 years"),)), name="y"),
            ONE_GIVEN,
        ),
        ("a product's own, all valid", series(name="x", is_product_path=True), series(name="y"), ONE_GIVEN),
        (
            "a product's own, but a dose not valid",
            series(name="x"),
            series(name="y", is_product_path=True),
            [*ONE_GIVEN, ("B", "2020-01-02")],
        ),
    ],
)
def test_series_that_are_begun_compete(rule, better, worse, history):
    """Table 8-9, one condition at a time: the worse one has the better preference unless all else is equal."""
    even = "but a dose" in rule
    found = (replace(better, preference=1 if even else 2), replace(worse, preference=2 if even else 1))
    assert chosen(*found, history=history) == "x", rule


@pytest.mark.parametrize(
    ("rule", "better", "worse"),
    [
        ("can start earliest", series(name="x"), series(replace(FIRST, ages=(ages(minimum="30 years"),)), name="y")),
        (
            "completable",
            series(name="x"),
            series(FIRST, replace(SECOND, ages=(ages(maximum="1 year"),)), name="y"),
        ),
        ("not of one product", series(name="x"), series(name="y", is_product_path=True)),
    ],
)
def test_series_that_are_not_begun_compete(rule, better, worse):
    """Table 8-11."""
    assert chosen(replace(better, preference=2), replace(worse, preference=1)) == "x", rule


def test_a_lesser_risk_is_not_scored():
    """SELECTSCORE-2: A is the highest priority."""
    person = replace(PERSON, observations={"154": None})
    risk = {"kind": "risk", "indications": (Indication("154"),)}
    high, low = series(name="high", priority="A", preference=2, **risk), series(name="low", priority="B", **risk)
    assert chosen(high, low, person=person) == "high"


def test_contraindicated_series_still_speak_where_all_are():
    """SELECTB-24."""
    person = replace(PERSON, observations={"080": None})
    found = schedule(OF_A, OF_B, contraindications=[forbids("080")])
    outcome = assess(schedule=found, person=person, history=given(("A", "2020-01-01")), on=ON)
    assert (outcome.status, outcome.series) == ("Contraindicated", "A")


def test_a_complete_series_ends_the_matter_for_those_that_call_its_group_their_equal():
    """Table 8-14. CDC's risk series name no equal: a person at risk who is through the standard one still needs theirs."""
    risk = replace(OF_B, kind="risk", group="2", indications=(Indication("154"),), is_default=True)
    standard = replace(OF_A, group="1", equivalent_groups=frozenset("2"))
    done, person = [("A", "2019-01-01"), ("A", "2019-03-01")], replace(PERSON, observations={"154": None})
    assert chosen(standard, risk, history=done, person=person) == "B"
    assert chosen(standard, replace(risk, equivalent_groups=frozenset("1")), history=done, person=person) == "A"
