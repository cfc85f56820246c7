"""Each decision about a row does what it says, and taking it back leaves the register as it was."""

from datetime import date

import pytest
from django.utils import timezone

from residents.duplicates import find_duplicates
from residents.merging.services import merge, undo_merge
from residents.models import DuplicatePair, Resident
from vaccinations.imports.one_row import RowUnreadableError
from vaccinations.models import CaseDecision, Dose, QualityCase, Slip
from vaccinations.quality import errors
from vaccinations.quality.choices import state_after
from vaccinations.quality.deciding import Decision, decide, undo
from vaccinations.tests.cases import (
    CONFLICT,
    DISAGREES,
    DOUBTFUL,
    MALFORMED,
    NO_ID,
    NUMBER,
    ROW,
    WHY,
    case_of,
    decider,
    decision,
    province,
)
from vaccinations.tests.factories import DoseFactory
from vaccinations.tests.sheets import person
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return province()


@pytest.fixture
def by(place):
    return actor(decider(place))


def decided(by, case, *said, **facts):
    case.refresh_from_db()
    row = decide(by=by, case=case, decision=decision(*said, **facts), version=case.version, now=timezone.now())
    case.refresh_from_db()
    return row


def undone(by, case):
    case.refresh_from_db()
    undo(by=by, case=case, reason="Nhầm dòng", version=case.version, now=timezone.now())
    case.refresh_from_db()


def doses_of(number=NUMBER):
    """(number, day) of the valid doses of the person."""
    found = Dose.objects.of_person(number).valid().order_by("dose_number")
    return list(found.values_list("dose_number", "administered_on"))


FIRST, SECOND = (1, date(2021, 8, 1)), (2, date(2021, 10, 10))


def test_same_person_records_the_dose_of_the_row_as_its_sheet_would(place, by):
    case = case_of("doubtful", ROW, DOUBTFUL, place=place)
    row = decided(by, case, "same")
    dose = Dose.objects.get(pk=row.dose)
    assert doses_of() == [FIRST, SECOND]
    assert (case.state, row.person, row.reason, row.by) == ("decided", NUMBER, WHY, by.user)
    assert (dose.source, dose.dose_import, dose.import_row) == ("import", case.dose_import, case.sheet_dose.row)
    assert (dose.facility.code, dose.lot.lot_number) == ("unknown-79", "AB1234")
    assert not Slip.objects.exists()
    assert AuditEntry.objects.get(action="quality.decided").changes["dose"] == dose.pk


def test_same_person_is_taken_back_exactly_and_can_be_decided_again(place, by):
    case = case_of("doubtful", ROW, DOUBTFUL, place=place)
    decided(by, case, "same")
    undone(by, case)
    assert (doses_of(), case.state, case.decided_at) == ([FIRST], "open", None)
    assert list(case.decisions.values_list("choice", flat=True)) == ["same", "undo"]
    decided(by, case, "same")
    assert doses_of() == [FIRST, SECOND]


def test_same_person_who_has_this_very_dose_already_needs_none(place, by):
    case = case_of("doubtful", ROW, {**DOUBTFUL, "dose": "1", "on": ROW["on"]}, place=place)
    row = decided(by, case, "same")
    assert (row.dose, case.state, doses_of()) == (None, "decided", [FIRST])


def test_a_number_that_the_person_has_on_another_day_is_said_with_the_one_it_may_be(place, by):
    case = case_of("doubtful", ROW, {**DOUBTFUL, "dose": "1"}, place=place)
    with pytest.raises(errors.NumberTakenError) as refused:
        decided(by, case, "same")
    assert (refused.value.proposed, case.state, doses_of()) == (2, "open", [FIRST])
    decided(by, case, "same", dose_number=2)
    assert doses_of() == [FIRST, SECOND]


def test_unusual_doses_are_recorded_only_by_who_has_seen_how(place, by):
    case = case_of("doubtful", ROW, {**DOUBTFUL, "dose": "3"}, place=place)
    blind = Decision("same", WHY, NUMBER)
    with pytest.raises(errors.UnusualError) as refused:
        decide(by=by, case=case, decision=blind, version=1, now=timezone.now())
    seen = frozenset(warning.code for warning in refused.value.warnings)
    decide(by=by, case=case, decision=Decision("same", WHY, NUMBER, seen=seen), version=1, now=timezone.now())
    dose = Dose.objects.get(dose_number=3)
    assert (dose.warning_reason, set(dose.warnings)) == (WHY, {str(code) for code in seen})


def test_different_people_leaves_the_row_to_be_decided_without_that_one(place, by):
    case = case_of("doubtful", ROW, DOUBTFUL, place=place)
    row = decided(by, case, "different")
    assert (row.other, case.state) == (NUMBER, "open")
    with pytest.raises(errors.NobodyChosenError):
        decided(by, case, "same")
    undone(by, case)
    decided(by, case, "same")
    assert case.state == "decided"


def test_the_register_is_right_leaves_the_row_out(place, by):
    case = case_of("disagrees", ROW, DISAGREES, place=place)
    decided(by, case, "register-right", "")
    assert (case.state, doses_of()) == ("decided", [FIRST])


def test_asking_the_commune_waits_and_can_be_answered_and_taken_back(place, by):
    case = case_of("no-id", NO_ID, place=place)
    decided(by, case, "ask", "")
    assert case.state == "waiting"
    assert case.asked_at is not None
    decided(by, case, "register-right", "")
    assert case.state == "decided"
    undone(by, case)
    assert case.state == "waiting"
    undone(by, case)
    assert (case.state, case.asked_at) == ("open", None)


@pytest.mark.parametrize("row", [NO_ID, MALFORMED])
def test_a_new_person_without_a_number_gets_a_provisional_one_and_the_dose(place, by, row):
    case = case_of("no-id" if row is NO_ID else "malformed-id", row, place=place)
    made = decided(by, case, "new-person", "")
    registered = Resident.objects.get(pk=made.person)
    assert (registered.pk[0], registered.full_name, doses_of(registered.pk)) == ("T", row["name"], [FIRST])
    undone(by, case)
    # The record of the person stays, empty: numbers that were issued are never reused.
    assert (doses_of(registered.pk), case.state) == ([], "open")


def test_a_number_of_somebody_else_is_not_given_to_a_new_person(place, by):
    case = case_of("disagrees", ROW, DISAGREES, place=place)
    with pytest.raises(errors.DoubleError):
        decided(by, case, "new-person", "")
    decided(by, case, "different")
    made = decided(by, case, "new-person", "")
    assert made.person.startswith("T")
    assert doses_of() == [FIRST]


def test_nobody_is_registered_who_may_be_somebody_until_that_is_ruled_out(place, by):
    case = case_of("doubtful", ROW, DOUBTFUL, place=place)
    with pytest.raises(errors.DoubleError):
        decided(by, case, "new-person", "")
    decided(by, case, "different")
    made = decided(by, case, "new-person", "")
    assert (made.person, case.state) == (DOUBTFUL["number"], "decided")


def test_the_sheet_is_right_voids_the_recorded_dose_and_undo_brings_it_back(place, by):
    case = case_of("conflict", ROW, CONFLICT, place=place)
    before = Dose.objects.get(resident=NUMBER)
    row = decided(by, case, "sheet-right", "")
    assert doses_of() == [(1, date(2021, 9, 20))]
    assert (row.replaced_dose, Dose.objects.get(pk=row.dose).replaces) == (before.pk, before)
    undone(by, case)
    back = Dose.objects.valid().get(resident=NUMBER)
    facts = ("dose_number", "vaccine", "lot", "facility", "administered_on", "source", "dose_import", "import_row")
    assert [getattr(back, name) for name in facts] == [getattr(before, name) for name in facts]


def test_both_doses_were_given_records_the_second_under_its_number(place, by):
    case = case_of("conflict", ROW, CONFLICT, place=place)
    decided(by, case, "both-right", "", dose_number=2)
    assert doses_of() == [FIRST, (2, date(2021, 9, 20))]
    undone(by, case)
    assert doses_of() == [FIRST]


def test_a_dose_voided_at_a_desk_meanwhile_is_no_obstacle_to_taking_back(place, by):
    case = case_of("doubtful", ROW, DOUBTFUL, place=place)
    row = decided(by, case, "same")
    Dose.objects.filter(pk=row.dose).update(voided_at=timezone.now(), void_reason="x")
    undone(by, case)
    assert case.state == "open"


def test_what_cannot_be_read_is_not_recorded(place, by):
    case = case_of("doubtful", ROW, {**DOUBTFUL, "dose": "15n"}, place=place)
    with pytest.raises(errors.DoseRefusedError) as refused:
        decided(by, case, "same")
    assert refused.value.message == str(RowUnreadableError.message)
    assert not CaseDecision.objects.exists()


def test_a_decision_on_what_has_changed_is_refused(place, by):
    case = case_of("no-id", NO_ID, place=place)
    decided(by, case, "ask", "")
    with pytest.raises(errors.StaleError):
        decide(by=by, case=case, decision=decision("register-right", ""), version=1, now=timezone.now())


def test_decided_cases_and_decisions_of_other_kinds_are_refused(place, by):
    case = case_of("no-id", NO_ID, place=place)
    with pytest.raises(errors.CaseError):
        decided(by, case, "sheet-right", "")
    decided(by, case, "register-right", "")
    with pytest.raises(errors.DecidedError):
        decided(by, case, "ask", "")
    undone(by, case)
    with pytest.raises(errors.NothingToUndoError):
        undone(by, case)


@pytest.mark.parametrize(
    ("kind", "choices", "state"),
    [
        ("no-id", [], "open"),
        ("no-id", ["different"], "open"),
        ("no-id", ["ask", "different"], "waiting"),
        ("no-id", ["ask", "same"], "decided"),
        ("pair", ["different"], "decided"),
        ("conflict", ["both-right"], "decided"),
    ],
)
def test_state_follows_from_the_decisions_that_stand(kind, choices, state):
    assert state_after(kind, choices) == state


def test_decisions_are_never_changed(place, by):
    case = case_of("no-id", NO_ID, place=place)
    row = decided(by, case, "ask", "")
    with pytest.raises(Exception, match="append-only"):
        CaseDecision.objects.filter(pk=row.pk).update(reason="khác")


TWIN = "079090000099"


@pytest.fixture
def pair(place, by):
    person(TWIN, province=place)
    list(find_duplicates(by=by))
    return QualityCase.objects.get(kind="pair")


def test_a_pair_of_one_person_is_merged_and_parted(place, by, pair):
    with pytest.raises(errors.SecondReasonError):
        decided(by, pair, "same", NUMBER)
    row = decided(by, pair, "same", NUMBER, second_reason="Gõ nhầm số trên phiếu")
    assert (row.person, row.other, pair.state) == (NUMBER, TWIN, "decided")
    assert Resident.objects.get(pk=TWIN).superseded_by_id == NUMBER
    assert DuplicatePair.objects.get().status == "same"
    undone(by, pair)
    assert Resident.objects.get(pk=TWIN).superseded_by_id is None
    assert (pair.state, list(pair.decisions.values_list("choice", flat=True))) == ("open", ["same", "undo"])


def test_a_pair_merged_on_another_page_is_decided_and_opened_with_it(place, by, pair):
    people = Resident.objects.in_bulk([NUMBER, TWIN])
    facts = {"keep": people[NUMBER], "drop": people[TWIN], "reason": WHY, "second_reason": WHY}
    merged = merge(by=by, **facts)
    pair.refresh_from_db()
    assert (pair.state, pair.decisions.get().reason) == ("decided", WHY)
    undo_merge(by=by, merge=merged, reason="Nhầm")
    pair.refresh_from_db()
    assert (pair.state, pair.decisions.count()) == ("open", 2)


@pytest.fixture
def doses(place, by, pair):
    """Two doses of one number, which a merge has brought together: the case about them."""
    for number, day in ((NUMBER, 1), (TWIN, 20)):
        DoseFactory(resident=Resident.objects.get(pk=number), administered_on=date(2021, 8, day))
    decided(by, pair, "same", NUMBER, second_reason=WHY)
    return QualityCase.objects.get(kind="conflict")


@pytest.mark.parametrize(("choice", "day"), [("first-right", 1), ("second-right", 20)])
def test_of_two_doses_that_a_merge_brought_together_one_is_right(by, doses, choice, day):
    decided(by, doses, choice, "")
    assert (doses_of(), doses.state) == ([(1, date(2021, 8, day))], "decided")
    undone(by, doses)
    assert (len(doses_of()), doses.state) == (2, "open")


def test_both_doses_that_a_merge_brought_together_were_given(by, doses):
    decided(by, doses, "both-right", "", dose_number=2)
    assert doses_of() == [FIRST, (2, date(2021, 8, 20))]


def test_a_merge_that_decisions_stand_on_is_not_undone_before_them(by, pair, doses):
    decided(by, doses, "first-right", "")
    with pytest.raises(errors.DoseRefusedError):
        undone(by, pair)
    undone(by, doses)
    undone(by, pair)
    assert Resident.objects.get(pk=TWIN).superseded_by_id is None


def test_doses_that_are_of_two_people_again_are_off_the_lists_until_they_are_of_one(by, pair, doses):
    undone(by, pair)
    doses.refresh_from_db()
    assert doses.state == "withdrawn"
    decided(by, pair, "same", NUMBER, second_reason=WHY)
    doses.refresh_from_db()
    assert doses.state == "open"
    assert QualityCase.objects.filter(kind="conflict").count() == 1


def test_a_pair_of_different_people_is_remembered_and_undone(by, pair):
    decided(by, pair, "different", "")
    assert (pair.state, DuplicatePair.objects.get().status) == ("decided", "different")
    list(find_duplicates(by=by))
    assert QualityCase.objects.count() == 1
    undone(by, pair)
    assert (pair.state, DuplicatePair.objects.get().status) == ("open", "open")
