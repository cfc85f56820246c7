"""Two valid doses of one number under two numbers of a person: found wherever they come from, decided, undone."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.merging.services import DependedUponError, merge, undo_merge
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.doses.conflicts import (
    BuiltUponError,
    DecisionUndoneError,
    NoConflictError,
    Verdict,
    conflicts_for,
    decide_conflict,
    undo_decision,
)
from vaccinations.doses.services import AlreadyRecordedError, ImpossibleDoseError, Reason, replace_dose, void_dose
from vaccinations.doses.warnings import Code
from vaccinations.models import ConflictDecision, Dose, DueDose
from vaccinations.tests.factories import DoseFactory, LotFactory, course_of, entry
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db
A, B, C = "079090000001", "079090000002", "079090000003"


@pytest.fixture
def person():
    return ResidentFactory(citizen_id=A, province=UnitFactory())


@pytest.fixture
def lot():
    lot = LotFactory()
    course_of(lot.vaccine, doses=3)
    return lot


@pytest.fixture
def doses(person, lot):
    """Dose 1 under the present number and dose 1 under an old one; dose 2 under the old one alone."""
    old = ResidentFactory(citizen_id=B, superseded_by=person)
    days = date(2026, 1, 5), date(2026, 1, 6), date(2026, 3, 5)
    numbered = ((person, 1), (old, 1), (old, 2))
    return [
        DoseFactory(resident=holder, lot=lot, dose_number=number, administered_on=on)
        for on, (holder, number) in zip(days, numbered, strict=True)
    ]


def decided(doses, **facts):
    keep, other, _second = doses
    return decide_conflict(
        by=actor(), **{"keep": keep, "other": other, "verdict": Verdict.ONE, "reason": "ghi hai lần"} | facts
    )


def valid():
    return {(dose.resident_id, dose.dose_number) for dose in Dose.objects.valid()}


def manager_of(unit):
    return AreaAssignmentFactory(unit=unit, user__roles=[Role.PROVINCIAL_MANAGER]).user


def test_a_conflict_is_seen_once_by_who_may_find_the_person(person, doses, django_assert_num_queries):
    user, elsewhere = manager_of(person.province), manager_of(UnitFactory())
    with django_assert_num_queries(2):
        (found,) = conflicts_for(user)
        assert (found, found.recipient, found.vaccine.name) == (doses[1], person, doses[1].vaccine.name)
    assert list(Dose.objects.rivals_of(found)) == [doses[0]]
    assert not conflicts_for(elsewhere)
    assert conflicts_for(UserFactory(roles=[Role.ADMINISTRATOR])).count() == 1


def test_three_doses_of_one_number_are_one_conflict(person, doses, lot):
    DoseFactory(resident=ResidentFactory(citizen_id=C, superseded_by=person), lot=lot)
    (found,) = conflicts_for(manager_of(person.province))
    assert Dose.objects.rivals_of(found).count() == 2


def test_doses_of_different_people_and_voided_ones_are_none(person, lot):
    old = ResidentFactory(citizen_id=B, superseded_by=person)
    for holder, voided in ((person, True), (old, False), (ResidentFactory(), False)):
        DoseFactory(resident=holder, lot=lot, voided=voided)
    assert not Dose.objects.in_conflict()


def test_one_counts_and_the_other_is_voided_with_the_reason(person, doses):
    decision = decided(doses)
    assert valid() == {(A, 1), (B, 2)}
    assert Dose.objects.get(pk=doses[1].pk).void_reason == "ghi hai lần"
    assert (decision.resident, decision.replacement, DueDose.objects.get().dose_number) == (B, None, 3)
    assert not Dose.objects.in_conflict()
    entry = AuditEntry.objects.filter(action="conflict.decided").get()
    assert (entry.resident, entry.changes["other"]) == (A, doses[1].pk)


def test_both_were_given_and_one_gets_another_number_where_it_was_written(doses):
    decision = decided(doses, verdict=Verdict.BOTH, new_number=3)
    assert valid() == {(A, 1), (B, 2), (B, 3)}
    new, old = decision.replacement, doses[1]
    assert (new.replaces, new.lot, new.facility, new.administered_on) == (
        old,
        old.lot,
        old.facility,
        old.administered_on,
    )
    assert new.slips.get().resident == B


@pytest.mark.parametrize(
    ("number", "error"), [(2, AlreadyRecordedError), (0, ImpossibleDoseError), (None, ImpossibleDoseError)]
)
def test_a_number_that_is_taken_or_none_is_refused_and_nothing_changes(doses, number, error):
    with pytest.raises(error):
        decided(doses, verdict=Verdict.BOTH, new_number=number)
    assert valid() == {(A, 1), (B, 1), (B, 2)}


@pytest.mark.parametrize("facts", [{}, {"verdict": Verdict.BOTH, "new_number": 3}])
def test_a_decision_is_undone_and_the_conflict_is_there_again(doses, facts):
    decision = decided(doses, **facts)
    undone = undo_decision(by=actor(), decision=decision, reason="nhầm người")
    assert valid() == {(A, 1), (B, 1), (B, 2)}
    assert (undone.undo_reason, Dose.objects.get(pk=doses[1].pk).void_reason) == ("nhầm người", "")
    assert list(Dose.objects.in_conflict()) == [doses[1]]
    with pytest.raises(DecisionUndoneError):
        undo_decision(by=actor(), decision=decision, reason="again")


def test_what_was_decided_is_not_decided_again_but_after_undoing(doses):
    decision = decided(doses)
    with pytest.raises(NoConflictError):
        decided(doses, keep=doses[1], other=doses[0])
    undo_decision(by=actor(), decision=decision, reason="nhầm")
    decided(doses, keep=doses[1], other=doses[0])
    assert valid() == {(B, 1), (B, 2)}


def test_two_doses_that_are_no_conflict_are_refused(doses):
    for other in (doses[2], doses[0], DoseFactory()):
        with pytest.raises(NoConflictError):
            decided(doses, other=other)


def test_a_decision_whose_renumbered_dose_was_voided_since_is_not_undone(doses):
    decision = decided(doses, verdict=Verdict.BOTH, new_number=3)
    void_dose(by=actor(), dose=decision.replacement, reason="không tiêm")
    with pytest.raises(BuiltUponError):
        undo_decision(by=actor(), decision=decision, reason="nhầm")
    assert ConflictDecision.objects.standing().count() == 1


def test_the_database_lets_nobody_rewrite_a_decision(doses):
    decided(doses)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictDecision.objects.update(reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictDecision.objects.all().delete()


def merged_with_doses_of_one_number():
    keep, drop = ResidentFactory(citizen_id=A), ResidentFactory(citizen_id="T00000000001")
    kept, other = DoseFactory(resident=keep), DoseFactory(resident=drop)
    return merge(by=actor(), keep=keep, drop=drop, reason="một người"), kept, other


@pytest.mark.parametrize("facts", [{}, {"verdict": Verdict.BOTH, "new_number": 2}])
def test_a_merge_is_undone_after_the_decisions_that_stand_on_it(facts):
    made, kept, other = merged_with_doses_of_one_number()
    decision = decided((kept, other, None), **facts)
    with pytest.raises(DependedUponError) as refused:
        undo_merge(by=actor(), merge=made, reason="hai người")
    assert len(refused.value.hindrances) == 1
    undo_decision(by=actor(), decision=decision, reason="hai người")
    undo_merge(by=actor(), merge=made, reason="hai người", later_stay=True)
    assert valid() == {(A, 1), ("T00000000001", 1)}


def test_a_decision_between_doses_of_one_record_does_not_hinder():
    made, kept, _other = merged_with_doses_of_one_number()
    older = DoseFactory(resident=ResidentFactory(citizen_id=C, superseded_by_id=A))
    decided((kept, older, None))
    undo_merge(by=actor(), merge=made, reason="hai người")
    assert not Dose.objects.in_conflict()


def test_a_dose_replaced_after_the_merge_goes_with_its_own_record():
    made, _kept, other = merged_with_doses_of_one_number()
    typed = entry(dose_number=2, facility=other.facility)
    said = Reason("đúng như sổ", frozenset(Code))
    replace_dose(by=actor(), dose=other, void_reason="sai số mũi", entry=typed, now=timezone.now(), reason=said)
    undo_merge(by=actor(), merge=made, reason="hai người")
    assert valid() == {(A, 1), ("T00000000001", 2)}
