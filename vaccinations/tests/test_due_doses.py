"""Which dose is due for whom, written whenever a person's doses, the rules or the days change."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.models import Resident
from residents.scan import read_card
from residents.services import correct_number
from residents.tests.factories import ResidentFactory
from vaccinations.desk.registering import join_number, register_at_clinic
from vaccinations.doses.services import AlreadyRecordedError, Reason, record_dose, replace_dose, void_dose
from vaccinations.due.services import refresh_due, refresh_due_of
from vaccinations.models import Dose, DueDose, IntervalRule, Schedule
from vaccinations.rulebook import rulebook
from vaccinations.tests.factories import DoseFactory, LotFactory, VaccineFactory, course_of, entry, rewrite
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
WHY = Reason("vì thế", frozenset({"too-early", "same-day", "recent"}))


def today():
    return timezone.localdate()


def before(days):
    return today() - timedelta(days=days)


@pytest.fixture
def lot():
    lot = LotFactory(vaccine__code="comirnaty")
    course_of(
        lot.vaccine, interval={"absolute_minimum": "21 days", "minimum": "21 days", "latest_recommended": "42 days"}
    )
    return lot


@pytest.fixture
def resident():
    return ResidentFactory(citizen_id="079090123456", date_of_birth=date(1990, 3, 5))


def record(resident, lot, days=0, **facts):
    given = entry(lot=lot, administered_on=before(days), source="import", **facts)
    return record_dose(by=actor(), resident=resident, entry=given, now=timezone.now(), reason=WHY)


def due_of(resident):
    return DueDose.objects.get(resident=resident.pk)


def test_recording_says_what_is_due_next(resident, lot):
    dose = record(resident, lot, days=7)
    due = due_of(resident)
    assert (due.dose_number, due.course, due.products, due.facility) == (2, "basic", ["comirnaty"], dose.facility)
    since = dose.administered_on
    assert (due.earliest_on, due.recommended_on) == (since + timedelta(days=21), since + timedelta(days=21))
    assert due.past_due_on == since + timedelta(days=41)
    assert (due.status, due.completed_courses, due.computed_on) == ("Not complete", [], today())
    assert due.rules_version == rulebook().version


def test_a_complete_course_leaves_nothing_due(resident, lot):
    record(resident, lot, days=30)
    last = record(resident, lot, dose_number=2)
    due = due_of(resident)
    assert (due.dose_number, due.earliest_on, due.recommended_on, due.products) == (None, None, None, [])
    assert (due.status, due.completed_courses, due.facility) == ("Complete", ["basic"], last.facility)


def test_a_dose_that_does_not_count_moves_the_day_and_the_number_goes_on(resident, lot):
    """The register counts injections: the third, given again for the second, is dose 3."""
    record(resident, lot, days=10)
    record(resident, lot, dose_number=2, days=3)
    due = due_of(resident)
    assert (due.dose_number, due.earliest_on) == (3, before(3) + timedelta(days=21))


def test_voiding_and_replacing_say_it_anew(resident, lot):
    dose = record(resident, lot, days=7)
    later = replace_dose(
        by=actor(),
        dose=dose,
        void_reason="sai ngày",
        entry=entry(lot=lot, administered_on=before(5)),
        now=timezone.now(),
    )
    assert due_of(resident).earliest_on == before(5) + timedelta(days=21)
    void_dose(by=actor(), dose=later, reason="nhầm người")
    due = due_of(resident)
    assert (due.dose_number, due.facility, due.earliest_on) == (1, None, date(2008, 3, 5))


def test_a_dose_refused_changes_nothing(resident, lot):
    record(resident, lot)
    known = DueDose.objects.values().get()
    with pytest.raises(AlreadyRecordedError):
        record(resident, lot)
    assert DueDose.objects.values().get() == known


def test_somebody_without_a_dose_may_begin_as_soon_as_any_series_may(resident, lot):
    """`products` are those of all series open on that day: which one is a choice."""
    course_of(VaccineFactory(code="spikevax"))
    course_of(VaccineFactory(code="late"), age="60 years")
    due = refresh_due(resident=resident, on=today())
    assert (due.dose_number, due.earliest_on, due.products) == (1, date(2008, 3, 5), ["comirnaty", "spikevax"])


def test_what_no_rule_lays_down_is_not_made_up(resident):
    lot = LotFactory()
    course_of(lot.vaccine, age="", interval={"minimum": ""})
    IntervalRule.objects.all().delete()
    record(resident, lot)
    due = due_of(resident)
    assert (due.dose_number, due.earliest_on, due.recommended_on) == (2, None, None)


def test_a_day_must_suit_whoever_may_be_younger(lot):
    """Only the year of birth is known: from the last day on which they reach the age it is sure."""
    person = ResidentFactory(date_of_birth=date(2010, 1, 1), birth_precision="Y")
    assert refresh_due(resident=person, on=today()).earliest_on == date(2028, 12, 31)


def test_no_schedule_says_nothing(resident):
    due = refresh_due(resident=resident, on=today())
    assert (due.dose_number, due.status, due.rules_version) == (None, "", None)


def test_doses_under_an_old_number_count_and_its_row_goes(lot):
    old = ResidentFactory(citizen_id="012345678", full_name="Lê Thị Lan")
    record(old, lot, days=30)
    person = correct_number(by=actor(), resident=old, new_number="079090123456", reason="thẻ mới")
    record(person, lot, dose_number=2)
    assert [(due.resident, due.completed_courses) for due in DueDose.objects.all()] == [("079090123456", ["basic"])]


def test_numbers_joined_at_the_desk_are_one_row(lot):
    record(ResidentFactory(citizen_id="012345678"), lot, days=7)
    join_number(by=actor(), resident=Resident.objects.get(), number="079090123456")
    assert [(due.resident, due.dose_number) for due in DueDose.objects.all()] == [("079090123456", 2)]


def test_doses_under_the_old_number_of_a_new_card_count_at_once(resident, lot):
    old = ResidentFactory(citizen_id="012345678", full_name="Lê Thị Lan", sex="F", date_of_birth=date(1991, 3, 5))
    record(old, lot)
    card = read_card("079191123456|012345678|Lê Thị Lan|05031991|Nữ|Bến Nghé|01012022")
    register_at_clinic(by=actor(), card=card, is_holder=True)
    assert [(due.resident, due.dose_number) for due in DueDose.objects.all()] == [("079191123456", 2)]


def test_many_are_worked_out_in_few_statements(lot, django_assert_num_queries):
    people = [ResidentFactory(citizen_id=f"0790900000{n:02d}") for n in range(20)]
    for person in people:
        DoseFactory(resident=person, lot=lot, administered_on=before(7))
    rulebook()
    # Savepoint and release; leads, the people held, the version, their numbers, their doses, one write.
    with django_assert_num_queries(8):
        assert refresh_due_of([person.pk for person in people], today()) == 20
    assert DueDose.objects.due().count() == 20


def refresh(**options):
    call_command("refresh_due", verbosity=0, **options)


def test_the_command_goes_over_those_whom_a_new_rule_may_concern(resident, lot):
    record(resident, lot)
    rewrite(IntervalRule.objects, minimum="28 days", absolute_minimum="28 days")
    assert due_of(resident).earliest_on == today() + timedelta(days=21)
    refresh()
    assert due_of(resident).earliest_on == today() + timedelta(days=28)
    assert AuditEntry.objects.get(action="due.refreshed").changes == {"people": 1}
    refresh()
    assert AuditEntry.objects.filter(action="due.refreshed").count() == 1


def test_the_command_goes_over_those_whose_day_has_come(resident, lot):
    """A shorter interval from tomorrow: the row says when to look again."""
    IntervalRule.objects.update(in_force_until=today())
    later = IntervalRule.objects.get()
    later.pk, later.in_force_from, later.in_force_until = None, today() + timedelta(days=1), None
    later.minimum = later.absolute_minimum = "14 days"
    later.save()
    record(resident, lot)
    assert due_of(resident).recheck_on == today() + timedelta(days=1)
    # As if it had been worked out by the rules of yesterday.
    DueDose.objects.update(recheck_on=today(), earliest_on=date(2000, 1, 1))
    refresh()
    assert due_of(resident).earliest_on == today() + timedelta(days=21)


def test_the_command_mends_rows_under_numbers_that_changed_elsewhere(lot):
    old = ResidentFactory(citizen_id="012345678")
    record(old, lot)
    correct_number(by=actor(), resident=old, new_number="079090123456", reason="thẻ mới")
    refresh()
    assert [due.resident for due in DueDose.objects.all()] == ["079090123456"]


def test_the_command_finds_who_is_missing_when_asked_to(lot):
    DoseFactory(lot=lot, resident=ResidentFactory(citizen_id="079090000001"))
    refresh()
    assert not DueDose.objects.exists()
    refresh(missing=True)
    assert DueDose.objects.get().resident == "079090000001"


def test_the_command_can_be_told_to_stop(lot):
    for n in range(3):
        record(ResidentFactory(citizen_id=f"07909000000{n}"), lot)
    rewrite(IntervalRule.objects, minimum="28 days")
    refresh(at_most=2)
    assert DueDose.objects.exclude(rules_version=rulebook().version).count() == 1


def test_rows_are_gone_with_the_schedule(resident, lot):
    record(resident, lot)
    Schedule.objects.get().delete()
    refresh()
    assert (due_of(resident).status, due_of(resident).dose_number) == ("", None)


def test_the_database_refuses_days_that_contradict_each_other():
    facts = {"resident": "079090123456", "status": "x", "computed_on": today(), "dose_number": 1}
    days = {"earliest_on": today(), "recommended_on": today()}
    for constraint, wrong in (
        ("duedose_days_of_a_dose", {"earliest_on": today()}),
        ("duedose_days_of_a_dose", {**days, "recommended_on": before(1)}),
        ("duedose_days_of_a_dose", {**days, "dose_number": None}),
        ("duedose_past_due_after_earliest", {**days, "past_due_on": before(1)}),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            DueDose.objects.create(**{**facts, **wrong})
    DueDose.objects.create(**facts, **days)
    with pytest.raises(IntegrityError, match="resident"), transaction.atomic():
        DueDose.objects.create(**facts, **days)


def test_the_row_never_shows_the_number(resident, lot):
    record(resident, lot)
    assert resident.pk not in str(due_of(resident))
    assert Dose.objects.count() == 1
