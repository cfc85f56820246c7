"""What the database and the forms refuse of a schedule's rows."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from vaccinations.models import AgeRule, IntervalRule, ProductRule, Schedule, Series, SeriesDose, SkipRule

pytestmark = pytest.mark.django_db
EARLY, LATE = date(2021, 1, 1), date(2021, 2, 1)


def refused(constraint, make, **facts):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**facts)


@pytest.fixture
def dose():
    schedule = Schedule.objects.create(code="x", name="X", source="test")
    series = Series.objects.create(schedule=schedule, name="two of A")
    return SeriesDose.objects.create(series=series, number=1)


def test_a_series_is_named_once_in_a_schedule(dose):
    other = Schedule.objects.create(code="y", name="Y", source="test")
    Series.objects.create(schedule=other, name="two of A")
    refused("series_name_once", Series.objects.create, schedule=dose.series.schedule, name="two of A")


def test_a_dose_is_numbered_once_from_one(dose):
    SeriesDose.objects.create(series=dose.series, number=2)
    refused("seriesdose_number_once", SeriesDose.objects.create, series=dose.series, number=2)
    refused("seriesdose_number_from_one", SeriesDose.objects.create, series=dose.series, number=0)


def test_one_age_rule_begins_on_a_day(dose):
    AgeRule.objects.create(dose=dose)
    AgeRule.objects.create(dose=dose, in_force_from=EARLY)
    refused("agerule_once_a_period", AgeRule.objects.create, dose=dose)


@pytest.mark.parametrize("table", [AgeRule, IntervalRule, ProductRule])
def test_dates_in_order(dose, table):
    table.objects.create(dose=dose, in_force_from=EARLY, in_force_until=EARLY)
    refused("dates_in_order", table.objects.create, dose=dose, in_force_from=LATE, in_force_until=EARLY)


@pytest.mark.parametrize(
    ("facts", "others"),
    [
        ({"counted_from": "previous"}, {"from_number": 1}),
        ({"counted_from": "number", "from_number": 1}, {"from_products": ["A"]}),
        ({"counted_from": "products", "from_products": ["A"]}, {"from_products": []}),
        ({"counted_from": "observation", "from_observation": "004"}, {"from_observation": ""}),
    ],
)
def test_an_interval_is_counted_from_one_thing(dose, facts, others):
    IntervalRule.objects.create(dose=dose, **facts)
    refused("intervalrule_counted_from_one_thing", IntervalRule.objects.create, dose=dose, **{**facts, **others})


def test_a_length_of_time_is_checked_in_forms(dose):
    AgeRule(dose=dose, minimum="18 years - 4 days").full_clean()
    with translation.override("en"), pytest.raises(ValidationError, match="length of time"):
        AgeRule(dose=dose, minimum="eighteen").full_clean()


@pytest.mark.parametrize(
    "sets", ["x", [{}], [{"conditions": [{"kind": "moon"}]}], [{"conditions": [{"kind": "count"}]}]]
)
def test_sets_of_conditions_are_checked_in_forms(dose, sets):
    SkipRule(dose=dose, sets=[{"conditions": [{"kind": "age", "before_age": "5 years"}]}]).full_clean()
    with translation.override("en"), pytest.raises(ValidationError, match="cannot be read"):
        SkipRule(dose=dose, sets=sets).full_clean()
