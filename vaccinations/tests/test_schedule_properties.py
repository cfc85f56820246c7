"""What must hold of every person under every schedule, whatever its rules: the engine is held against the rules' own text.

Under the small invented schedule, Vietnam's, and CDC's COVID-19 file where it lies beside the project.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vaccinations.engine.evaluation import DoseStatus, Reason, evaluate, reference_day
from vaccinations.engine.forecast import SeriesStatus, forecast
from vaccinations.engine.rules import GivenDose, Person
from vaccinations.engine.selection import is_relevant
from vaccinations.loading.schedules import schedule_terms
from vaccinations.schedule import assess, attempt, next_change
from vaccinations.tests.cdsi_sample import SAMPLE
from vaccinations.tests.histories import ages_named, born_at, histories, series_of, settled_day
from vaccinations.tests.test_evaluate_history import SHARED

DAY = timedelta(days=1)
TOO_EARLY = {Reason.TOO_SOON, Reason.TOO_YOUNG}
terms = {}


def loaded(path):
    if path not in terms:
        call_command("load_cdsi", str(path), verbosity=0)
        terms[path] = schedule_terms("cdsi")
    return terms[path]


@pytest.fixture(params=["sample", "vietnam", "cdc"])
def schedule(request, db, tmp_path_factory):
    if request.param == "vietnam":
        return request.getfixturevalue("vietnam")
    if request.param == "cdc":
        if not SHARED:
            pytest.skip("CDC's files are not beside the project")
        return loaded(next(SHARED[0].glob("Antigen*.xml")))
    sample = tmp_path_factory.getbasetemp() / "sample.xml"
    sample.write_text(SAMPLE)
    return loaded(sample)


def always(schedule, check, *, examples=50, since=None, **more):
    """Holds the check against so many histories of the schedule."""
    given(found=histories(schedule, since=since), **more)(
        settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )(check)
    )()


def assessed(schedule, found, **different):
    facts = {"person": found.person, "history": found.doses, "on": found.on}
    return assess(schedule=schedule, **facts | different)


def going_on(schedule, found):
    """The assessment of somebody of whom a dose is due and laid down; others are passed over."""
    outcome = assessed(schedule, found)
    assume(outcome is not None and outcome.due is not None)
    return outcome


def with_dose(found, product, on):
    return (*found.doses, GivenDose(product=product, given_on=on))


def test_every_dose_has_a_verdict_and_each_target_is_satisfied_once(schedule):
    def check(found):
        outcome = assessed(schedule, found)
        if outcome is None:
            return
        assert [verdict.dose for verdict in outcome.verdicts] == list(found.doses)
        numbers = [verdict.number for verdict in outcome.verdicts if verdict.status == DoseStatus.VALID]
        recurring = {dose.number for dose in series_of(schedule, outcome.series).doses if dose.is_recurring}
        once = [number for number in numbers if number not in recurring]
        assert once == sorted(set(once))
        for verdict in outcome.verdicts:
            assert (verdict.number is not None) == (verdict.status == DoseStatus.VALID)
            assert verdict.reasons or verdict.status == DoseStatus.VALID
        assert (outcome.due is not None) == (outcome.status == SeriesStatus.NOT_COMPLETE)

    always(schedule, check)


def test_days_come_in_their_order_and_never_before_what_was_given(schedule):
    def check(found):
        due = going_on(schedule, found).due
        assert due.earliest_on <= due.recommended_on
        assert due.past_due_on is None or due.recommended_on <= due.past_due_on
        assert due.latest_on is None or due.earliest_on <= due.latest_on
        assert all(dose.given_on <= due.earliest_on for dose in found.doses)

    always(schedule, check)


def test_the_order_in_which_doses_were_entered_is_nothing_to_it(schedule):
    def check(found, order):
        shuffled = list(found.doses)
        order.shuffle(shuffled)
        assume(len({dose.given_on for dose in shuffled}) == len(shuffled))
        one, other = assessed(schedule, found), assessed(schedule, found, history=shuffled)
        assert (one is None) == (other is None)
        if one:
            assert (one.series, one.status, one.due) == (other.series, other.status, other.due)
            assert set(one.verdicts) == set(other.verdicts)

    always(schedule, check, order=st.randoms())


def test_a_product_that_is_offered_counts_on_the_earliest_day(schedule):
    def check(found):
        outcome = going_on(schedule, found)
        on = max(outcome.due.earliest_on, found.on)
        assume(outcome.due.latest_on is None or on <= outcome.due.latest_on)
        series = series_of(schedule, outcome.series)
        for product in outcome.due.products + outcome.due.others:
            # Offered for the earliest day, or for the recommended one, when the person is of another age.
            days = {on, max(outcome.due.recommended_on, found.on)}
            verdicts = [evaluate(series, found.person, with_dose(found, product, day)).verdicts[-1] for day in days]
            assert any(verdict.status == DoseStatus.VALID for verdict in verdicts), (product, days, verdicts)

    always(schedule, check)


def test_a_day_before_the_absolute_minimum_it_does_not_and_on_that_day_it_is_not_too_early(schedule):
    def check(found):
        series = series_of(schedule, going_on(schedule, found).series)
        progress = evaluate(series, found.person, found.doses)
        target, settled = progress.target, settled_day(schedule)
        assume(target is not None and not target.allowable_intervals and not target.skips)
        ages, intervals = target.ages_on(settled), target.intervals_on(settled)
        days = [found.person.reaches(ages.absolute_minimum)]
        for interval in intervals:
            since = reference_day(progress, interval)
            days.append(interval.absolute_minimum.after(since) if since and interval.absolute_minimum else None)
        day = max(filter(None, days), default=None)
        assume(day is not None and day - DAY >= max([settled, *(dose.given_on for dose in found.doses)]))
        for product in {use.product for use in target.preferable}:
            early = evaluate(series, found.person, with_dose(found, product, day - DAY)).verdicts[-1]
            late = evaluate(series, found.person, with_dose(found, product, day)).verdicts[-1]
            assert early.status == DoseStatus.NOT_VALID
            assert Reason.INADVERTENT in early.reasons or not TOO_EARLY.isdisjoint(early.reasons)
            assert TOO_EARLY.isdisjoint(late.reasons)

    always(schedule, check, examples=80)


def test_the_dose_on_the_recommended_day_moves_the_person_on(schedule):
    def check(found):
        outcome = going_on(schedule, found)
        assume(outcome.due.products)
        on = max(outcome.due.recommended_on, found.on)
        series = series_of(schedule, outcome.series)
        before = evaluate(series, found.person, found.doses)
        after = evaluate(series, found.person, with_dose(found, outcome.due.products[0], on))
        assume(after.verdicts[-1].status == DoseStatus.VALID)
        recurs = any(dose.number == after.verdicts[-1].number and dose.is_recurring for dose in series.doses)
        assert after.position > before.position or recurs
        assert len(after.valid) == len(before.valid) + 1

    always(schedule, check)


def test_an_assessment_holds_until_the_day_that_it_names(schedule):
    """What the nightly run relies on; rules of all times, those that end and begin among them."""

    def check(found, days):
        facts = {"schedule": schedule, "person": found.person, "history": found.doses}
        change = next_change(**facts, on=found.on)
        later = found.on + days * DAY
        assume(later >= found.on and (change is None or later < change))
        then, now = assess(**facts, on=later), assess(**facts, on=found.on)
        assert then == now

    first = min(schedule.turning_days, default=settled_day(schedule))
    always(schedule, check, since=first, days=st.integers(0, 500), examples=80)


def test_a_dose_that_may_follow_loses_none_that_counted(schedule):
    def check(found, data):
        product = data.draw(st.sampled_from(sorted(schedule.products)))
        dose = GivenDose(product=product, given_on=found.on)
        tried = attempt(schedule=schedule, person=found.person, history=found.doses, dose=dose)
        assume(tried is not None and tried.verdict.status == DoseStatus.VALID)
        relevant = [series for series in schedule.series if is_relevant(series, found.person, found.on)]
        ways = [evaluate(series, found.person, with_dose(found, product, found.on)) for series in relevant]
        most = max(len(evaluate(way.series, found.person, found.doses).valid) for way in ways)
        assert any(len(way.valid) == most + 1 for way in ways)
        assert not tried.spoilt

    always(schedule, check, data=st.data())


def test_nobody_is_too_old_or_too_young_without_a_date_of_birth(schedule):
    def check(found):
        outcome = assessed(schedule, found, person=replace(found.person, born_on=None))
        if outcome:
            reasons = {reason for verdict in outcome.verdicts for reason in verdict.reasons}
            assert reasons.isdisjoint({Reason.TOO_YOUNG, Reason.TOO_OLD})

    always(schedule, check)


def test_a_dose_before_birth_never_counts(schedule):
    def check(found):
        early = GivenDose(product=sorted(schedule.products)[0], given_on=found.person.born_on - DAY)
        outcome = assessed(schedule, found, history=(early, *found.doses))
        if outcome:
            assert outcome.verdicts[0].status != DoseStatus.VALID

    always(schedule, check)


def test_every_series_is_walked_from_its_first_dose_to_its_last_over_the_bounds_of_each(schedule):
    """Each series by itself, at every age at which its rules change: no dose is ever due that nothing offered satisfies."""
    begin = settled_day(schedule)
    for series in schedule.series:
        for age in ages_named(schedule):
            walk(schedule, series, Person(born_on=born_at(begin, age), sex="F"), begin)


def walk(schedule, series, person, begin):
    given_so_far, on = [], begin
    for _step in series.doses:
        outcome = forecast(evaluate(series, person, given_so_far), schedule.contraindications, on)
        if outcome.due is None:
            return
        due, numbers = outcome.due, len(outcome.progress.valid)
        on = max(due.earliest_on, on)
        offered = [
            GivenDose(product=product, given_on=on)
            # Where none is named, none is wrong.
            for product in due.products + due.others or sorted(schedule.products)
            if evaluate(series, person, [*given_so_far, GivenDose(product=product, given_on=on)]).valid[numbers:]
        ]
        assert offered, (series.name, person.born_on, due)
        given_so_far.append(offered[0])
