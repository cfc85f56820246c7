"""Visits: who came, who was given a dose, who was not and why; undone by another act, never rewritten."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.services import correct_number
from residents.tests.factories import ResidentFactory
from vaccinations.desk.places import Arrival
from vaccinations.desk.visiting import (
    AnsweredMeanwhileError,
    NotUndoableError,
    arrive,
    cancel,
    decline,
    give,
    latest_visit,
    reopen,
)
from vaccinations.models import Dose, Visit
from vaccinations.tests.factories import FacilityFactory, LotFactory, VisitFactory, entry
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(facility):
    return {"resident": ResidentFactory(), "facility": facility, "by": actor(), "now": timezone.now()}


def given(who, **different):
    """The visit of somebody who is given dose 1 now."""
    facts = {name: who[name] for name in ("by", "resident", "now")}
    return give(**facts, entry=entry(facility=who["facility"]), **different)


def test_who_arrives_waits_once(who):
    first, second = arrive(**who), arrive(**who)
    assert first == second
    assert (first.outcome, first.visited_on) == ("waiting", timezone.localdate())
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["visit.opened"]


def test_a_dose_answers_the_visit_of_who_waits(who):
    waiting = arrive(**who)
    visit = given(who)
    assert visit == waiting
    visit.refresh_from_db()
    assert (visit.outcome, visit.dose, visit.closed_by) == ("given", Dose.objects.get(), who["by"].user)


def test_a_dose_of_who_was_not_announced_opens_and_answers_a_visit(who):
    opened_at = who["now"] - timedelta(minutes=1)
    visit = given(who, arrival=Arrival(opened_at))
    assert (visit.outcome, visit.arrived_at) == ("given", opened_at)
    assert {"visit.opened", "dose.recorded", "visit.answered"} == set(
        AuditEntry.objects.values_list("action", flat=True)
    )


def test_a_dose_typed_from_paper_is_a_visit_of_its_day_without_an_hour(who):
    day = timezone.localdate() - timedelta(days=3)
    facts = {name: who[name] for name in ("by", "resident", "now")}
    typed = entry(facility=who["facility"], administered_on=day)
    visit = give(**facts, entry=typed, arrival=Arrival(who["now"]))
    assert (visit.visited_on, visit.arrived_at) == (day, None)


def test_not_given_has_a_reason_and_is_in_the_audit_trail(who):
    visit = decline(**who, reason="unwell", text="Sốt 38 độ")
    visit.refresh_from_db()
    assert (visit.outcome, visit.not_given_reason, visit.not_given_text) == ("not-given", "unwell", "Sốt 38 độ")
    answer = AuditEntry.objects.get(action="visit.answered")
    assert answer.resident == who["resident"].pk
    assert answer.changes["reason" if "reason" in answer.changes else "not_given_reason"] == "unwell"
    assert decline(**who, reason="unwell", text="Sốt 38 độ") == visit
    assert Visit.objects.count() == 1


def test_an_answer_that_the_page_did_not_show_is_told_and_nothing_is_recorded(who):
    seen = ""
    visit = decline(**who, reason="refused")
    with pytest.raises(AnsweredMeanwhileError) as told:
        given(who, seen=seen)
    assert told.value.visit == visit
    assert not Dose.objects.exists()


def test_an_answer_that_the_page_showed_is_no_hindrance(who):
    """Unwell in the morning, well in the afternoon: the page showed it, the clerk went on."""
    seen = decline(**who, reason="unwell").state
    assert given(who, seen=seen).is_given
    assert set(Visit.objects.values_list("outcome", flat=True)) == {"not-given", "given"}


def test_undoing_not_given_is_another_visit_that_waits(who):
    declined = decline(**who, reason="refused")
    waiting = reopen(by=who["by"], visit=declined, now=who["now"])
    declined.refresh_from_db()
    assert (declined.outcome, declined.undone_by) == ("not-given", who["by"].user)
    assert waiting.is_waiting
    assert waiting != declined
    assert latest_visit(resident=who["resident"], facility=who["facility"], on=timezone.localdate()) == waiting
    assert AuditEntry.objects.get(action="visit.reopened").changes == {"visit": declined.pk}


def test_undoing_twice_or_on_another_day_or_a_dose_is_refused(who):
    declined = decline(**who, reason="refused")
    reopen(by=who["by"], visit=declined, now=who["now"])
    yesterdays = VisitFactory(not_given_reason="refused", visited_on=timezone.localdate() - timedelta(days=1))
    for visit in (declined, yesterdays, VisitFactory(given=True)):
        with pytest.raises(NotUndoableError):
            reopen(by=who["by"], visit=visit, now=who["now"])


def test_whoever_was_not_there_is_taken_off_the_list(who):
    visit = cancel(by=who["by"], visit=arrive(**who), now=who["now"])
    assert not Visit.objects.at(who["facility"], timezone.localdate()).exists()
    assert Visit.objects.get().undone_at
    with pytest.raises(NotUndoableError):
        cancel(by=who["by"], visit=visit, now=who["now"])


def test_a_corrected_number_keeps_the_visit(who):
    visit = arrive(**who)
    person = correct_number(by=who["by"], resident=who["resident"], new_number="079090000777", reason="thẻ mới")
    assert latest_visit(resident=person, facility=who["facility"], on=timezone.localdate()) == visit


@pytest.mark.parametrize(
    "wrong",
    [
        {"not_given_reason": "other", "outcome": "not-given", "closed_at": timezone.now()},
        {"outcome": "not-given", "closed_at": timezone.now()},
        {"outcome": "given", "closed_at": timezone.now()},
        {"not_given_reason": "refused"},
        {"closed_at": timezone.now()},
    ],
)
def test_the_database_refuses_half_an_answer(wrong):
    VisitFactory(not_given_reason="other", not_given_text="Đi nhầm điểm tiêm")
    VisitFactory(given=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(**{**base(), **wrong})


def test_the_database_refuses_two_open_visits_a_changed_person_and_an_undone_dose():
    visit = VisitFactory()
    with pytest.raises(IntegrityError, match="visit_open_once"), transaction.atomic():
        Visit.objects.create(**{**base(), "resident": visit.resident, "facility": visit.facility})
    for change in ({"resident": ResidentFactory()}, {"visited_on": timezone.localdate() - timedelta(days=1)}):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Visit.objects.update(**change)
    dose = VisitFactory(given=True)
    with pytest.raises(IntegrityError, match="visit_given_not_undone"), transaction.atomic():
        Visit.objects.filter(pk=dose.pk).update(undone_at=timezone.now())


def base():
    return {
        "resident": ResidentFactory(),
        "facility": FacilityFactory(),
        "visited_on": timezone.localdate(),
        "arrived_at": timezone.now(),
        "opened_by": UserFactory(),
    }


def test_the_same_form_again_is_the_same_visit(who):
    typed = entry(facility=who["facility"], key=uuid4(), lot=LotFactory())
    facts = {name: who[name] for name in ("by", "resident", "now")}
    assert give(**facts, entry=typed) == give(**facts, entry=typed)
    assert Visit.objects.count() == Dose.objects.count() == 1
