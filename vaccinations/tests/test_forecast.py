"""Whether and when the next dose is due: CDSi Logic Specification, chapter 7, on a schedule of our own."""

from dataclasses import replace
from datetime import date

import pytest

from vaccinations.engine.evaluation import evaluate
from vaccinations.engine.forecast import forecast
from vaccinations.engine.rules import Condition, Context, Person, Skip, SkipSet
from vaccinations.engine.spans import read_span
from vaccinations.schedule import assess
from vaccinations.tests.series import (
    BORN,
    FIRST,
    PERSON,
    SECOND,
    ages,
    forbids,
    given,
    interval,
    schedule,
    series,
    uses,
)

ON = date(2020, 2, 15)


def due(found, *history, person=PERSON, on=ON):
    return assess(schedule=found, person=person, history=given(*history), on=on).due


def status(found, *history, person=PERSON, on=ON):
    return assess(schedule=found, person=person, history=given(*history), on=on).status


def test_the_first_dose_is_due_by_age():
    """FORECASTDTCAN-1, FORECASTDT-2: no interval yet."""
    first = due(schedule())
    assert (first.number, first.earliest_on, first.recommended_on) == (1, date(2018, 1, 1), date(2018, 1, 1))
    assert (first.past_due_on, first.latest_on, first.products) == (None, None, ("A",))


def test_the_second_dose_is_due_by_interval():
    """FORECASTDT-1, -2, -3: past due is the day before the latest recommended."""
    second = due(schedule(), ("A", "2020-02-01"))
    assert (second.number, second.earliest_on) == (2, date(2020, 2, 29))
    assert (second.recommended_on, second.past_due_on) == (date(2020, 3, 7), date(2020, 3, 27))


def test_an_invalid_dose_moves_the_next_but_not_its_number():
    second = due(schedule(), ("A", "2020-02-01"), ("A", "2020-02-10"))
    assert (second.number, second.earliest_on) == (2, date(2020, 3, 9))


def test_no_day_comes_before_the_last_dose_given():
    """FORECASTDTCAN-1: inadvertent doses too, from which no interval is counted."""
    assert due(schedule(), ("C", "2020-02-10")).earliest_on == date(2020, 2, 10)


def test_past_due_is_never_before_earliest():
    """FORECASTDT-6."""
    late = replace(SECOND, ages=(ages(minimum="21 years"),))
    second = due(schedule(series(FIRST, late)), ("A", "2020-02-01"))
    assert second.earliest_on == second.past_due_on == date(2021, 1, 1)


def test_the_rule_in_force_on_the_day_of_the_forecast_counts():
    """Section 3.3: the anchor of a forecast is the day it is made."""
    rules = (interval(minimum="5 months", ends_on=date(2020, 2, 14)), interval(minimum="8 weeks", begins_on=ON))
    found = schedule(series(FIRST, replace(SECOND, intervals=rules)))
    assert due(found, ("A", "2020-02-01"), on=date(2020, 2, 14)).earliest_on == date(2020, 7, 1)
    assert due(found, ("A", "2020-02-01"), on=ON).earliest_on == date(2020, 3, 28)


@pytest.mark.parametrize(
    ("rule", "found", "history", "person", "expected"),
    [
        ("1: a dose is missing", schedule(), [("A", "2020-01-01")], PERSON, "Not complete"),
        ("2: all satisfied", schedule(), [("A", "2019-01-01"), ("B", "2019-03-01")], PERSON, "Complete"),
        ("4: immune", schedule(), [], replace(PERSON, is_immune=True), "Immune"),
        (
            "5: contraindicated",
            schedule(contraindications=[forbids("080")]),
            [],
            replace(PERSON, observations={"080": None}),
            "Contraindicated",
        ),
        (
            "6: the season is over",
            schedule(series(replace(FIRST, season_ends_on=date(2020, 2, 14)))),
            [],
            PERSON,
            "Not recommended",
        ),
        ("7: too old", schedule(series(replace(FIRST, ages=(ages(maximum="20 years"),)))), [], PERSON, "Aged out"),
        (
            "8: too old by the time it is due",
            schedule(series(FIRST, replace(SECOND, ages=(ages(maximum="20 years 2 months"),)))),
            [("A", "2020-02-14")],
            PERSON,
            "Aged out",
        ),
    ],
)
def test_status_of_the_series(rule, found, history, person, expected):
    """Table 7-10, by column."""
    outcome = assess(schedule=found, person=person, history=given(*history), on=ON)
    assert outcome.status == expected, rule
    assert (outcome.due is None) == (expected != "Not complete")


def test_nothing_given_and_nothing_needed_is_not_recommended():
    """Table 7-10, column 3."""
    assert status(schedule(series(replace(FIRST, skips=(grown_up("18 years"),))))) == "Not recommended"


def grown_up(age):
    return Skip(Context.FORECAST, (SkipSet(conditions=(Condition(kind="age", from_age=read_span(age)),)),))


def test_a_dose_is_left_out_of_the_forecast_by_the_day_it_is_made():
    """Section 7.1: CONDSKIP-2 takes the day of the forecast."""
    found = schedule(series(FIRST, replace(SECOND, skips=(grown_up("20 years"),))))
    assert status(found, ("A", "2020-02-01")) == "Complete"
    assert status(found, ("A", "2019-12-01"), on=date(2019, 12, 2)) == "Not complete"


def test_a_dose_superfluous_on_the_day_it_is_due_is_not_due():
    """Section 7.6: on the forecast's own earliest day the person will be too old to need it."""
    found = schedule(series(FIRST, replace(SECOND, skips=(grown_up("20 years"),))))
    assert status(found, ("A", "2019-12-20"), on=date(2019, 12, 21)) == "Complete"


ALLERGIC = Person(born_on=BORN, observations={"187": None})


def test_a_contraindicated_product_is_not_offered():
    """FORECASTRECVAC-1."""
    both = series(replace(FIRST, preferable=uses("A", "D")), SECOND)
    found = schedule(both, contraindications=[forbids("187", "A")])
    assert due(found, person=ALLERGIC).products == ("D",)
    assert due(found).products == ("A", "D")


def test_a_series_of_which_every_preferred_product_is_contraindicated_is_so_too():
    """Table 7-7: what counts, but is not preferred, does not help."""
    assert status(schedule(contraindications=[forbids("187", "A")]), person=ALLERGIC) == "Contraindicated"
    assert status(schedule(contraindications=[forbids("187", "A")])) == "Not complete"


def test_a_product_that_would_count_as_well_is_named_apart():
    second = due(schedule(), ("A", "2020-02-01"))
    assert (second.products, second.others) == (("A",), ("B",))


def test_a_dose_number_counts_the_doses_of_the_season():
    """FORECASTDN-1."""
    season = replace(FIRST, season_begins_on=date(2020, 1, 1), is_recurring=True)
    assert due(schedule(series(season)), ("A", "2019-06-01"), ("A", "2020-02-01")).number == 2


def test_verdicts_come_in_the_order_the_doses_came_in():
    outcome = assess(schedule=schedule(), person=PERSON, history=given(("A", "2020-02-01"), ("A", "2020-01-01")), on=ON)
    assert [verdict.number for verdict in outcome.verdicts] == [2, 1]


def test_a_course_is_complete_before_the_series_is():
    doses = (
        replace(FIRST, course="basic"),
        replace(SECOND, course="basic"),
        replace(SECOND, number=3, course="booster"),
    )
    history = given(("A", "2019-01-01"), ("A", "2019-03-01"))
    outcome = assess(schedule=schedule(series(*doses)), person=PERSON, history=history, on=ON)
    assert (outcome.completed_courses, outcome.due.course, outcome.status) == (("basic",), "booster", "Not complete")


def test_a_season_and_a_maximum_age_bound_the_days():
    """FORECASTDTCAN-1, FORECASTDT-4."""
    bounded = replace(FIRST, ages=(ages(maximum="30 years"),), season_begins_on=date(2020, 9, 1))
    first = due(schedule(series(bounded)))
    assert (first.earliest_on, first.latest_on) == (date(2020, 9, 1), date(2029, 12, 31))


def test_past_due_goes_by_age_where_one_is_recommended():
    """FORECASTDT-3."""
    bounded = replace(SECOND, ages=(ages(latest_recommended="21 years"),))
    assert due(schedule(series(FIRST, bounded)), ("A", "2020-02-01")).past_due_on == date(2020, 12, 31)


def test_products_offered_are_those_for_the_age_and_the_day():
    """FORECASTRECVAC-1: on the recommended day, not that of the forecast."""
    kinds = (
        *uses("young", before_age=read_span("18 years")),
        *uses("grown", from_age=read_span("18 years")),
        *uses("ended", ends_on=date(2017, 12, 31)),
        replace(uses("A")[0], is_forecast=False),
    )
    child = Person(born_on=BORN)
    assert due(schedule(series(replace(FIRST, preferable=kinds))), person=child, on=date(2015, 1, 1)).products == (
        "grown",
    )


def test_a_contraindication_holds_between_two_ages():
    infants = replace(forbids("080"), before_age=read_span("2 years"))
    allergic = replace(PERSON, observations={"080": None})
    assert status(schedule(contraindications=[infants]), person=allergic) == "Not complete"
    assert status(schedule(contraindications=[infants]), person=allergic, on=date(2001, 12, 31)) == "Contraindicated"


def test_a_forecast_leaves_the_evaluation_as_it_was():
    progress = evaluate(
        series(FIRST, replace(SECOND, skips=(grown_up("18 years"),))), PERSON, given(("A", "2020-01-01"))
    )
    assert forecast(progress, [], ON).status == "Complete"
    assert progress.target.number == 2
