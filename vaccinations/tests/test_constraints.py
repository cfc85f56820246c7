"""What the database itself refuses of the clinic's tables: one row that it takes, and one that it does not."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.models import Dose, FacilityAssignment, Lot, Slip
from vaccinations.tests.factories import (
    DoseFactory,
    FacilityFactory,
    LotFactory,
    SlipFactory,
    VaccineFactory,
)
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def refused(name, make, *args, **kwargs):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make(*args, **kwargs)


def test_dose_number_once_among_valid_doses():
    resident = ResidentFactory()
    DoseFactory(resident=resident, dose_number=1, voided=True)
    DoseFactory(resident=resident, dose_number=1)
    DoseFactory(resident=resident, dose_number=2)
    DoseFactory(resident=ResidentFactory(), dose_number=1)
    refused("dose_number_once", DoseFactory, resident=resident, dose_number=1)


def test_dose_recorded_once_by_a_form():
    dose = DoseFactory(dose_number=1)
    key = dose.idempotency_key
    DoseFactory(dose_number=1, idempotency_key=key)
    refused("dose_recorded_once", DoseFactory, resident=dose.resident, dose_number=2, idempotency_key=key)


@pytest.mark.parametrize("number", [0, 21])
def test_dose_number_in_range(number):
    DoseFactory(dose_number=20)
    refused("dose_number_range", DoseFactory, dose_number=number)


def test_dose_not_in_future():
    """The register's day is Vietnam's: at 18:00 UTC it is tomorrow there."""
    evening = timezone.now().replace(hour=18, minute=0)
    DoseFactory(administered_on=evening.date() + timedelta(days=1), recorded_at=evening)
    refused("dose_not_in_future", DoseFactory, administered_on=evening.date() + timedelta(days=2), recorded_at=evening)


def test_dose_not_before_birth():
    born = date(1990, 3, 5)
    DoseFactory(born_on=born, administered_on=born)
    DoseFactory(born_on=None, administered_on=date(1900, 1, 1))
    refused("dose_not_before_birth", DoseFactory, born_on=born, administered_on=born - timedelta(days=1))


def test_dose_voided_with_a_reason():
    DoseFactory(voided=True)
    refused("dose_void_reason", DoseFactory, voided_at=timezone.now(), void_reason="")
    refused("dose_void_reason", DoseFactory, void_reason="không rõ")


def test_lot_belongs_to_the_vaccine():
    lot = LotFactory()
    DoseFactory(lot=lot, vaccine=lot.vaccine)
    # A dose of long ago, whose lot nobody knows.
    DoseFactory(lot=None, vaccine=lot.vaccine)
    refused("dose_lot_of_vaccine", DoseFactory, lot=lot, vaccine=VaccineFactory())


def test_a_dose_is_neither_changed_nor_deleted():
    dose = DoseFactory()
    rows = Dose.objects.filter(pk=dose.pk)
    refused("append-only", rows.update, dose_number=2)
    refused("append-only", rows.update, voided_at=timezone.now(), void_reason="x", administered_on=date(2020, 1, 1))
    refused("append-only", rows.delete)
    rows.update(voided_at=timezone.now(), void_reason="Nhập nhầm")


def test_a_lot_number_once_a_vaccine():
    lot = LotFactory(lot_number="FF1234")
    LotFactory(lot_number="FF1234")
    refused("lot_once_a_vaccine", LotFactory, vaccine=lot.vaccine, lot_number="FF1234")
    assert Lot.objects.count() == 2


def test_one_assignment_a_user_facility_and_first_day():
    user, facility, day = UserFactory(), FacilityFactory(), date(2021, 1, 1)
    make = FacilityAssignment.objects.create
    make(user=user, facility=facility)
    make(user=user, facility=facility, in_force_from=day, in_force_until=day)
    refused("facilityassignment_once_a_period", make, user=user, facility=facility)
    refused(
        "dates_in_order",
        make,
        user=UserFactory(),
        facility=facility,
        in_force_from=day,
        in_force_until=day - timedelta(days=1),
    )


def test_a_slip_is_written_once():
    rows = Slip.objects.filter(pk=SlipFactory().pk)
    refused("append-only", rows.update, resident="079090999999")
    refused("append-only", rows.delete)


def test_a_slip_code_is_of_one_dose():
    slip = SlipFactory()
    SlipFactory(dose=slip.dose)
    refused("slip_pkey", Slip.objects.create, code=slip.code, resident="", dose=slip.dose)
