"""A rule in force ends and a successor begins; the database refuses all else; a slip is taken back within a day."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.engine.spans import read_span
from vaccinations.loading.schedules import load_vietnam, schedule_terms
from vaccinations.models import AgeRule, IntervalRule, ProductRule, Schedule
from vaccinations.succession.services import (
    Change,
    EndedError,
    FromFileError,
    OrderError,
    TooLateError,
    can_be_taken_back,
    siblings_of,
    succeed,
    take_back,
)
from vaccinations.succession.simulation import simulate
from vaccinations.tests.factories import DoseFactory, LotFactory, VaccineFactory, course_of
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
DAY = date(2021, 12, 17)
SHORTER = {"absolute_minimum": "3 months", "minimum": "3 months", "earliest_recommended": "", "latest_recommended": ""}
CHANGE = Change(DAY, "Công văn 10722/BYT-DP, 17/12/2021", SHORTER)


@pytest.fixture
def booster(db):
    """The booster of AstraZeneca: six months after the basic course, as of every other vaccine."""
    load_vietnam(by=Actor.command("load_schedule"))
    return IntervalRule.objects.get(dose__series__name="vaxzevria", dose__course="booster")


def change(rule, change=CHANGE, also=(), **facts):
    return succeed(by=actor(), rule=rule, change=change, also=also, now=timezone.now(), **facts)


def everywhere(rule):
    return [row.pk for row in siblings_of(rule)]


def minimum(name, on):
    series = next(series for series in schedule_terms("vn").series if series.name == name)
    (rule,) = next(dose for dose in series.doses if dose.course == "booster").intervals_on(on)
    return rule.minimum


def old(rule):
    """As if it had been recorded more than a day ago."""
    before = timezone.now() - timedelta(hours=25)
    Schedule.objects.update(is_from_file=True)
    type(rule).objects.update(recorded_at=before)
    type(rule).objects.exclude(ended_at=None).update(ended_at=before)
    Schedule.objects.update(is_from_file=False)


def test_a_booster_from_six_months_becomes_one_from_three_in_one_act(booster):
    successors = change(booster, also=everywhere(booster))
    assert len(successors) == 16
    for name in ("vaxzevria", "janssen", "comirnaty + additional"):
        assert minimum(name, DAY - timedelta(days=1)) == read_span("6 months")
        assert minimum(name, DAY) == read_span("3 months")
    booster.refresh_from_db()
    assert (booster.in_force_until, booster.ended_at is None) == (date(2021, 12, 16), False)
    first = next(row for row in successors if row.succeeds_id == booster.pk)
    assert (first.in_force_from, first.in_force_until, first.source) == (DAY, None, CHANGE.source)
    entry = AuditEntry.objects.get(action="rule.succeeded")
    assert entry.changes["minimum"] == ["6 months", "3 months"]
    assert (entry.changes["begins_on"], entry.changes["source"]) == ("2021-12-17", CHANGE.source)
    assert len(entry.changes["rules"]) == 16


def test_only_those_named_change(booster):
    (successor,) = change(booster)
    assert successor.dose == booster.dose
    assert minimum("janssen", DAY) == read_span("6 months")


def test_the_same_rule_is_of_the_same_dose_of_the_course_by_the_same_document(booster):
    second = IntervalRule.objects.get(dose__series__name="comirnaty", dose__course="basic")
    assert [row.dose.series.name for row in siblings_of(second)] == ["comirnaty + additional"]
    first = AgeRule.objects.filter(dose__series__name="spikevax").order_by("pk").first()
    assert {row.dose.series.name for row in siblings_of(first)} == {"spikevax + additional"}


def test_a_rule_may_only_end(booster):
    rule = ProductRule.objects.filter(use="allowable", product="spikevax").order_by("pk").first()
    assert change(rule, Change(DAY, "QĐ", {})) == []
    rule.refresh_from_db()
    assert rule.in_force_until == date(2021, 12, 16)
    assert AuditEntry.objects.get(action="rule.ended").changes["source"] == "QĐ"


def test_the_successor_has_the_end_that_the_rule_had(booster):
    later = timezone.localdate() + timedelta(days=30)
    IntervalRule.objects.filter(pk=booster.pk).update(in_force_until=later)
    booster.refresh_from_db()
    (successor,) = change(booster)
    assert successor.in_force_until == later


def test_a_rule_that_has_ended_is_not_succeeded(booster):
    rule = AgeRule.objects.filter(in_force_until=date(2021, 10, 13)).order_by("pk").first()
    with pytest.raises(EndedError):
        change(rule, Change(date(2021, 9, 1), "QĐ", {**rule.content, "minimum": "17 years"}))


@pytest.mark.parametrize("day", [date(2021, 9, 8), date(2021, 1, 1)])
def test_a_successor_begins_after_the_rule(booster, day):
    rule = ProductRule.objects.filter(in_force_from=date(2021, 9, 8)).order_by("pk").first()
    with pytest.raises(OrderError):
        change(rule, Change(day, "QĐ", {}))


def test_a_rule_with_a_successor_is_not_succeeded_again(booster):
    change(booster)
    with pytest.raises(EndedError):
        change(booster)
    booster.refresh_from_db()
    with pytest.raises(EndedError):
        change(booster, Change(date(2021, 6, 1), "QĐ", SHORTER))


def test_what_no_rule_can_say_is_refused_and_nothing_is_done(booster):
    with pytest.raises(ValidationError):
        change(booster, Change(DAY, "QĐ", {**SHORTER, "minimum": "soon"}))
    booster.refresh_from_db()
    assert booster.in_force_until is None


def test_a_schedule_from_a_file_is_not_changed_by_hand(booster):
    Schedule.objects.update(is_from_file=True)
    with pytest.raises(FromFileError):
        change(booster)


def test_a_slip_is_taken_back_as_if_it_had_not_been(booster):
    before = list(IntervalRule.objects.order_by("pk").values())
    (*_others, last) = change(booster, also=everywhere(booster))
    assert can_be_taken_back(last, timezone.now())
    assert len(take_back(by=actor(), rule=last, now=timezone.now())) == 16
    assert list(IntervalRule.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.get(action="rule.taken-back").changes["began_on"] == "2021-12-17"


def test_an_end_without_a_successor_is_taken_back_too(booster):
    change(booster, Change(DAY, "QĐ", {}), also=everywhere(booster))
    booster.refresh_from_db()
    assert can_be_taken_back(booster, timezone.now())
    assert len(take_back(by=actor(), rule=booster, now=timezone.now())) == 16
    booster.refresh_from_db()
    assert (booster.in_force_until, booster.ended_at) == (None, None)


def test_after_a_day_nothing_is_taken_back(booster):
    (successor,) = change(booster)
    old(successor)
    successor.refresh_from_db()
    assert not can_be_taken_back(successor, timezone.now())
    with pytest.raises(TooLateError):
        take_back(by=actor(), rule=successor, now=timezone.now())


def test_what_has_been_succeeded_is_not_taken_back(booster):
    (successor,) = change(booster)
    change(successor, Change(date(2022, 2, 1), "QĐ", {**SHORTER, "minimum": "4 months"}))
    with pytest.raises(EndedError):
        take_back(by=actor(), rule=successor, now=timezone.now())
    with pytest.raises(EndedError):
        take_back(by=actor(), rule=booster, now=timezone.now())


def refused(statement):
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
        statement()


def test_the_database_refuses_to_edit_a_rule_that_has_begun(booster):
    row = IntervalRule.objects.filter(pk=booster.pk)
    refused(lambda: row.update(minimum="1 day"))
    refused(lambda: row.update(source="khác"))
    refused(lambda: AgeRule.objects.update(maximum="60 years"))
    refused(lambda: ProductRule.objects.update(use="inadvertent"))
    row.update(in_force_until=DAY)
    old(booster)
    refused(lambda: row.update(in_force_until=None))
    refused(row.delete)


def test_the_database_lets_a_rule_that_has_not_begun_be_mended(booster):
    later = timezone.localdate() + timedelta(days=1)
    (successor,) = change(booster, Change(later, "QĐ", SHORTER))
    old(successor)
    IntervalRule.objects.filter(pk=successor.pk).update(minimum="2 months")
    IntervalRule.objects.filter(pk=successor.pk).delete()


def test_the_database_lets_a_file_be_loaded_again(booster):
    old(booster)
    Schedule.objects.update(is_from_file=True)
    Schedule.objects.get().series.all().delete()
    assert not IntervalRule.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_a_rule_at_once_one_is_told():
    _first, second = course_of(VaccineFactory())
    rule = IntervalRule.objects.get(dose=second)
    results = at_once(
        *[lambda days=days: change(rule, Change(DAY + timedelta(days=days), "QĐ", SHORTER)) for days in (0, 9)]
    )
    assert sum(isinstance(result, EndedError) for result in results) == 1
    assert sum(isinstance(result, list) for result in results) == 1
    assert IntervalRule.objects.count() == 2


def person_with(lot, *days, number="079090000001"):
    person = ResidentFactory(citizen_id=number)
    for dose_number, day in enumerate(days, start=1):
        DoseFactory(resident=person, lot=lot, dose_number=dose_number, administered_on=day)


def tried(rule, change=CHANGE):
    facts = {"by": actor(), "now": timezone.now(), "on": timezone.localdate()}
    return simulate(rule=rule, change=change, also=everywhere(rule), **facts)


def test_how_many_doses_would_be_judged_otherwise_is_known_before(booster):
    lot = LotFactory(vaccine__code="comirnaty")
    # A booster after four months: of the days before nobody asks, on those after it would count.
    person_with(lot, date(2021, 8, 1), date(2021, 8, 22), date(2021, 12, 22))
    person_with(lot, date(2021, 8, 1), date(2021, 8, 22), date(2021, 12, 16), number="079090000002")
    person_with(lot, date(2021, 12, 20), number="079090000003")
    found = tried(booster)
    assert (found.people, found.is_sample, found.gained, found.lost, found.people_concerned) == (2, False, 1, 0, 1)
    longer = tried(booster, Change(DAY, "QĐ", {**SHORTER, "absolute_minimum": "1 year", "minimum": "1 year"}))
    assert longer.doses == 0


def test_doses_that_would_no_longer_count_are_told_apart(booster):
    lot = LotFactory(vaccine__code="comirnaty")
    person_with(lot, date(2021, 1, 1), date(2021, 2, 1), date(2021, 12, 20))
    found = tried(booster, Change(DAY, "QĐ", {**SHORTER, "absolute_minimum": "1 year", "minimum": "1 year"}))
    assert (found.gained, found.lost) == (0, 1)


def test_trying_changes_nothing(booster):
    before, entries = list(IntervalRule.objects.order_by("pk").values()), AuditEntry.objects.count()
    tried(booster)
    assert list(IntervalRule.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.count() == entries


def test_of_many_people_a_sample_is_tried_and_called_so(booster, monkeypatch):
    monkeypatch.setattr("vaccinations.succession.simulation.MOST_PEOPLE", 3)
    lot = LotFactory(vaccine__code="comirnaty")
    for n in range(5):
        person_with(lot, date(2021, 12, 20), number=f"07909000000{n}")
    found = tried(booster)
    assert (found.people, found.is_sample) == (3, True)


def test_of_a_table_too_large_to_read_pages_are_drawn(booster, monkeypatch):
    """Half of what the table is known to hold; the people found are those on the pages drawn."""
    lot = LotFactory(vaccine__code="comirnaty")
    for n in range(5):
        person_with(lot, date(2021, 12, 20), number=f"07909000000{n}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE vaccinations_dose")
    monkeypatch.setattr("vaccinations.succession.simulation.MOST_READ", 4)
    found = tried(booster)
    assert found.is_sample
    assert found.people <= 5
