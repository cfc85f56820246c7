"""Recording a dose: what is kept, what is refused and in which words, what needs a reason."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from residents.models import Resident
from residents.services import correct_number
from residents.tests.factories import ResidentFactory
from vaccinations.doses.services import (
    AlreadyRecordedError,
    FormUsedError,
    ImpossibleDoseError,
    NeedsReasonError,
    Reason,
    record_dose,
)
from vaccinations.models import AgeRule, Dose, Slip
from vaccinations.tests.factories import DoseFactory, LotFactory, VaccineFactory, course_of, entry
from vaxreg.codes import read_code
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db
NOW = timezone.now


def record(resident, given, **facts):
    return record_dose(by=facts.pop("by", None) or actor(), resident=resident, entry=given, now=NOW(), **facts)


def test_it_works():
    user, resident = UserFactory(), ResidentFactory(date_of_birth=date(1990, 3, 5))
    given = entry(administered_at=NOW())
    dose = record(resident, given, by=actor(user))
    dose.refresh_from_db()
    assert (dose.resident, dose.dose_number, dose.vaccine, dose.lot) == (resident, 1, given.vaccine, given.lot)
    assert (dose.facility, dose.vaccinator, dose.administered_at) == (
        given.facility,
        given.vaccinator,
        given.administered_at,
    )
    assert (dose.recorded_by, dose.born_on, dose.source, dose.warnings) == (user, date(1990, 3, 5), "desk", [])
    slip = Slip.objects.get(dose=dose)
    assert slip.resident == resident.pk
    assert read_code(slip.code) == slip.code
    audit = AuditEntry.objects.get(action="dose.recorded")
    assert (audit.user, audit.resident, audit.object_id) == (user, resident.pk, str(dose.pk))
    assert audit.changes["dose_number"] == 1
    assert audit.changes["lot"] == given.lot.lot_number
    assert audit.changes["slip"] == slip.code


def test_the_same_form_again_is_the_same_dose_and_slip():
    resident, given = ResidentFactory(), entry()
    first = record(resident, given)
    # The retry comes later, so the time of an entry left empty differs.
    again = record(resident, replace(given, administered_at=NOW()))
    assert again == first
    assert Dose.objects.count() == Slip.objects.count() == 1
    assert AuditEntry.objects.filter(action="dose.recorded").count() == 1


def test_the_same_form_with_other_facts_tells_what_stands():
    resident, given = ResidentFactory(), entry()
    first = record(resident, given)
    with pytest.raises(FormUsedError) as caught:
        record(resident, replace(given, dose_number=2))
    assert caught.value.dose == first
    assert Dose.objects.count() == 1


def test_a_number_recorded_already_tells_the_dose():
    there = DoseFactory()
    with pytest.raises(AlreadyRecordedError) as caught:
        record(there.resident, entry())
    assert caught.value.dose == there
    assert Dose.objects.count() == 1


def test_a_number_whose_dose_was_voided_is_free():
    there = DoseFactory(voided=True)
    assert record(there.resident, entry()).dose_number == 1


def test_a_dose_under_an_old_number_counts_and_the_new_one_goes_under_the_current():
    before = DoseFactory(resident__citizen_id="012345678")
    person = correct_number(by=actor(), resident=before.resident, new_number="079090000777", reason="thẻ mới")
    with pytest.raises(AlreadyRecordedError):
        record(person, entry())
    warned = Reason("đúng", frozenset({"recent", "same-day"}))
    # Looked up before the number was corrected.
    dose = record(before.resident, entry(dose_number=2), reason=warned)
    assert dose.resident_id == "079090000777"
    assert set(Dose.objects.of_person("012345678")) == {before, dose}


def test_a_form_sent_again_after_the_number_was_corrected_is_still_the_same_dose():
    resident, given = ResidentFactory(citizen_id="012345678"), entry()
    first = record(resident, given)
    person = correct_number(by=actor(), resident=resident, new_number="079090000777", reason="thẻ mới")
    assert record(person, given) == first


def test_a_dose_of_a_person_merged_while_it_waited_goes_to_the_one_they_lead_to(monkeypatch):
    resident = ResidentFactory(citizen_id="012345678")
    person = ResidentFactory(citizen_id="079090000777")
    Resident.objects.filter(pk=resident.pk).update(superseded_by=person)
    # What the lock returns when another transaction superseded the row while this one waited for it.
    monkeypatch.setattr(
        "residents.querysets.ResidentQuerySet.by_number", lambda self, number: self.filter(pk=resident.pk)
    )
    assert record(resident, entry()).resident == person


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("dose_number", {"dose_number": 0}),
        ("dose_number", {"dose_number": 21}),
        ("administered_on", {"administered_on": timezone.localdate() + timedelta(days=1)}),
        ("administered_on", {"administered_on": date(1990, 3, 4)}),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(field, facts):
    resident = ResidentFactory(date_of_birth=date(1990, 3, 5))
    with pytest.raises(ImpossibleDoseError) as caught:
        record(resident, entry(**facts))
    assert list(caught.value.faults) == [field]
    assert str(caught.value.faults[field])
    assert not Dose.objects.exists()


def test_a_time_in_the_future_is_told_beside_the_time():
    with pytest.raises(ImpossibleDoseError) as caught:
        record(ResidentFactory(), entry(administered_at=NOW() + timedelta(minutes=1)))
    assert list(caught.value.faults) == ["administered_time"]


def test_a_lot_of_another_vaccine_is_told_beside_the_lot():
    with pytest.raises(ImpossibleDoseError) as caught:
        record(ResidentFactory(), entry(vaccine=VaccineFactory()))
    assert list(caught.value.faults) == ["lot"]


def test_a_year_of_birth_alone_does_not_refuse_a_dose_of_that_year():
    resident = ResidentFactory(date_of_birth=date(2021, 1, 1), birth_precision="Y")
    assert record(resident, entry(administered_on=date(2021, 1, 1))).born_on == date(2021, 1, 1)


def test_a_warning_needs_a_reason():
    lot = LotFactory(expires_on=timezone.localdate() - timedelta(days=1))
    resident, given = ResidentFactory(), entry(lot=lot)
    with pytest.raises(NeedsReasonError) as caught:
        record(resident, given)
    assert [warning.code for warning in caught.value.warnings] == ["lot-expired"]
    dose = record(resident, given, reason=Reason("Lô được gia hạn", frozenset({"lot-expired"})))
    assert (dose.warnings, dose.warning_reason) == (["lot-expired"], "Lô được gia hạn")


def test_a_reason_given_before_a_warning_was_seen_does_not_answer_it():
    lot = LotFactory(expires_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NeedsReasonError):
        record(ResidentFactory(), entry(lot=lot), reason=Reason("vì thế", frozenset({"too-early"})))


def test_a_reason_without_a_warning_is_not_kept():
    assert record(ResidentFactory(), entry(), reason=Reason("thừa", frozenset())).warning_reason == ""


def test_the_rule_of_the_day_of_the_dose_judges_it():
    """A dose of August typed in today is judged by August's rule."""
    lot = LotFactory()
    first, _second = course_of(lot.vaccine, age="")
    AgeRule.objects.create(dose=first, absolute_minimum="60 years", in_force_from=date(2021, 9, 1))
    resident = ResidentFactory(date_of_birth=date(1990, 3, 5))
    assert record(resident, entry(lot=lot, administered_on=date(2021, 8, 31))).warnings == []
    with pytest.raises(NeedsReasonError):
        record(ResidentFactory(), entry(lot=lot, administered_on=date(2021, 9, 1)))


def test_another_source_may_write_a_persons_doses_at_once():
    resident, lot = ResidentFactory(), LotFactory()
    record(resident, entry(lot=lot, administered_on=date(2021, 8, 2), source=Dose.Source.DEMONSTRATION))
    dose = record(resident, entry(lot=lot, dose_number=2, source=Dose.Source.DEMONSTRATION))
    assert (dose.source, dose.warnings) == ("demo", [])


@pytest.mark.parametrize("seen", [True, False])
def test_a_card_that_agreed_verifies_the_person(seen):
    resident = ResidentFactory()
    record(resident, entry(), card_seen=seen)
    resident.refresh_from_db()
    assert bool(resident.verified_at) is seen


def test_an_error_that_is_nobodys_dose_is_not_hidden(monkeypatch):
    """The backstop tells a recorded dose; anything else must be heard."""
    resident, lot = ResidentFactory(), LotFactory()
    monkeypatch.setattr("vaccinations.doses.services._refuse_impossible", lambda *args: None)
    given = entry(lot=lot, administered_on=timezone.localdate() + timedelta(days=3))
    with pytest.raises(IntegrityError, match="dose_not_in_future"):
        record(resident, given, reason=Reason("vì thế", frozenset({"future"})))
