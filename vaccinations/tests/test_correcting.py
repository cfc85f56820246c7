"""A dose is never edited or deleted: it is voided with a reason, and a replacement points to it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from vaccinations.doses.services import (
    AlreadyRecordedError,
    AlreadyVoidedError,
    NeedsReasonError,
    Reason,
    replace_dose,
    void_dose,
)
from vaccinations.models import Dose, Slip
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory, clerk, entry
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db
RECENT = frozenset({"recent", "same-day"})


def swap(dose, given, **facts):
    return replace_dose(by=actor(), dose=dose, void_reason="Sai lô", entry=given, now=timezone.now(), **facts)


def test_void_keeps_the_dose_with_who_when_and_why():
    dose, user = DoseFactory(), UserFactory()
    void_dose(by=actor(user), dose=dose, reason="Nhầm người")
    dose.refresh_from_db()
    assert (dose.is_valid, dose.voided_by, dose.void_reason) == (False, user, "Nhầm người")
    audit = AuditEntry.objects.get(action="dose.voided")
    assert (audit.user, audit.resident, audit.changes) == (user, dose.resident_id, {"reason": "Nhầm người"})


def test_void_twice_is_told_and_changes_nothing():
    dose = DoseFactory()
    void_dose(by=actor(), dose=dose, reason="Nhầm người")
    with pytest.raises(AlreadyVoidedError):
        void_dose(by=actor(), dose=dose, reason="Lần hai")
    dose.refresh_from_db()
    assert dose.void_reason == "Nhầm người"
    assert AuditEntry.objects.filter(action="dose.voided").count() == 1


def test_replacement_points_to_the_dose_and_has_a_slip_of_its_own():
    dose, lot = DoseFactory(), LotFactory()
    replacement = swap(dose, entry(lot=lot))
    dose.refresh_from_db()
    assert not dose.is_valid
    assert (replacement.replaces, replacement.resident, replacement.dose_number) == (dose, dose.resident, 1)
    assert replacement.lot == lot
    assert replacement.warnings == []
    assert Slip.objects.filter(dose=replacement).count() == 1
    assert AuditEntry.objects.get(action="dose.recorded").changes["replaces"] == dose.pk
    assert AuditEntry.objects.filter(action="dose.voided").count() == 1


def test_a_refused_replacement_leaves_the_dose_valid():
    dose = DoseFactory()
    other = DoseFactory(resident=dose.resident, dose_number=2)
    with pytest.raises(AlreadyRecordedError) as caught:
        swap(dose, entry(dose_number=2))
    assert caught.value.dose == other
    with pytest.raises(NeedsReasonError):
        swap(dose, entry(lot=LotFactory(expires_on=timezone.localdate() - timedelta(days=1))))
    dose.refresh_from_db()
    assert dose.is_valid
    assert not AuditEntry.objects.filter(action="dose.voided").exists()


def test_a_replacement_is_warned_of_like_any_dose():
    dose = DoseFactory()
    DoseFactory(resident=dose.resident, dose_number=2)
    replacement = swap(dose, entry(), reason=Reason("Đúng thế", RECENT))
    assert set(replacement.warnings) == RECENT


def test_the_same_replacement_again_is_the_same_dose():
    dose, given = DoseFactory(), entry()
    assert swap(dose, given) == swap(dose, given)
    assert Dose.objects.count() == 2


def test_a_voided_dose_is_not_replaced():
    dose = DoseFactory(voided=True)
    with pytest.raises(AlreadyVoidedError):
        swap(dose, entry())
    assert Dose.objects.count() == 1


def test_staff_correct_their_own_doses_of_today_and_a_lead_all_of_the_facility():
    here, today = FacilityFactory(), timezone.localdate()
    staff, lead = clerk(here), clerk(here, role=Role.CLINIC_LEAD)
    own = DoseFactory(facility=here, recorded_by=staff)
    before = timezone.now() - timedelta(days=2)
    earlier = DoseFactory(facility=here, recorded_by=staff, recorded_at=before, administered_on=before.date())
    colleagues = DoseFactory(facility=here)
    DoseFactory(recorded_by=staff)
    assert set(Dose.objects.correctable_by(staff, today)) == {own}
    assert set(Dose.objects.correctable_by(lead, today)) == {own, earlier, colleagues}


def test_the_day_begins_at_midnight_in_vietnam():
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    first = DoseFactory(recorded_at=midnight)
    DoseFactory(recorded_at=midnight - timedelta(seconds=1), administered_on=timezone.localdate() - timedelta(days=1))
    assert list(Dose.objects.recorded_on(timezone.localdate())) == [first]
    assert not Dose.objects.recorded_on(timezone.localdate() + timedelta(days=1)).exists()
