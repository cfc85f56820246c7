"""The schedule in use is read once and again when a rule changed: no worker judges by a rule that is gone."""

from datetime import date
from threading import Event

import pytest
from django.db import connection, transaction

from vaccinations import rulebook as kept
from vaccinations.engine.spans import read_span
from vaccinations.models import AgeRule, Contraindication, IntervalRule, ProductRule, Schedule, Series, SkipRule
from vaccinations.rulebook import NO_RULES, rulebook
from vaccinations.tests.factories import VaccineFactory, course_of, rewrite
from vaxreg.tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    kept._kept.clear()


@pytest.fixture
def course():
    return course_of(VaccineFactory(code="a"))


def minimum_age():
    return rulebook().schedule.series[0].doses[0].ages[0].minimum


def test_it_is_read_once_and_then_asked_for_its_version(course, django_assert_num_queries):
    rulebook()
    with django_assert_num_queries(1):
        assert minimum_age() == read_span("18 years")


def test_no_schedule_is_no_rules_and_a_schedule_loaded_later_is_seen(django_assert_num_queries):
    assert rulebook() == kept.Rulebook(None, NO_RULES)
    course_of(VaccineFactory(code="a"))
    assert rulebook().schedule.products == {"a"}


CHANGES = {
    "an age": lambda dose: AgeRule.objects.filter(dose=dose).update(in_force_until=date(2030, 1, 1)),
    "an interval, added": lambda dose: IntervalRule.objects.create(dose=dose, minimum="1 day"),
    "a product, removed": lambda dose: ProductRule.objects.filter(dose=dose).delete(),
    "a skip": lambda dose: SkipRule.objects.create(dose=dose, sets=[]),
    "a dose": lambda dose: type(dose).objects.filter(pk=dose.pk).update(course="booster"),
    "a series": lambda dose: Series.objects.filter(pk=dose.series_id).update(preference=7),
    "a contraindication": lambda dose: Contraindication.objects.create(
        schedule=dose.series.schedule, observation="080"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_a_rule_by_whomever_is_seen(course, change):
    before = rulebook()
    change(course[0])
    after = rulebook()
    assert after.version != before.version
    assert after.schedule != before.schedule


def test_a_change_of_another_schedule_is_none_of_this_one(course):
    before = rulebook()
    Schedule.objects.create(code="x", name="X", source="test").series.create(name="other")
    assert rulebook() is before


def test_what_was_rolled_back_is_forgotten(course):
    """Versions are never used twice: a number counted up would come again, with other rules."""
    rulebook()
    with transaction.atomic():
        rewrite(AgeRule.objects, minimum="12 years")
        assert minimum_age() == read_span("12 years")
        transaction.set_rollback(True)
    assert minimum_age() == read_span("18 years")
    rewrite(AgeRule.objects, minimum="16 years")
    assert minimum_age() == read_span("16 years")


@pytest.mark.django_db(transaction=True)
def test_a_change_between_the_first_statement_and_the_last_is_read_again(course, monkeypatch):
    """Another worker changes a rule while this one reads: what is kept is of one version, the later."""
    read, changed = kept.schedule_terms, Event()

    def change():
        rewrite(AgeRule.objects, minimum="12 years")
        connection.close()

    def slowly(code):
        terms = read(code)
        if not changed.is_set():
            changed.set()
            at_once(change)
        return terms

    monkeypatch.setattr(kept, "schedule_terms", slowly)
    assert minimum_age() == read_span("12 years")
    assert rulebook().version == Schedule.objects.get(code="vn").version
