"""Each rule of the tables: a row that it lets in, and one that it refuses by name."""

from datetime import date

import pytest
from django.db import IntegrityError

from residents.models import AreaAssignment, Resident, Unit
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
A, B = date(2025, 7, 1), date(2025, 6, 30)


def test_each_number_is_registered_once():
    ResidentFactory(citizen_id="079090000001")
    with pytest.raises(IntegrityError, match="residents_resident_pkey"):
        Resident.objects.create(citizen_id="079090000001", full_name="Lê Ba", birth_precision="U", source="clinic")


@pytest.mark.parametrize(
    ("let_in", "refused", "name"),
    [
        ({"citizen_id": "012345678"}, {"citizen_id": "01234567"}, "resident_number_form"),
        ({"citizen_id": "T00000000001"}, {"citizen_id": "X00000000001"}, "resident_number_form"),
        ({"full_name": "Y"}, {"full_name": ""}, "resident_named"),
        ({"sex": ""}, {"sex": "X"}, "resident_sex"),
        (
            {"superseded_by_id": "079090000001"},
            {"citizen_id": "079090000002", "superseded_by_id": "079090000002"},
            "resident_not_own_alias",
        ),
    ],
)
def test_resident(let_in, refused, name):
    ResidentFactory(**let_in)
    with pytest.raises(IntegrityError, match=name):
        ResidentFactory(**refused)


@pytest.mark.parametrize(
    ("precision", "let_in", "refused"),
    [
        ("D", date(1990, 3, 5), None),
        ("M", date(1990, 3, 1), date(1990, 3, 5)),
        ("Y", date(1990, 1, 1), date(1990, 3, 1)),
        ("U", None, date(1990, 1, 1)),
    ],
)
def test_birth_and_its_precision_fit(precision, let_in, refused):
    ResidentFactory(date_of_birth=let_in, birth_precision=precision)
    with pytest.raises(IntegrityError, match="resident_birth_precision"):
        ResidentFactory(date_of_birth=refused, birth_precision=precision)


@pytest.mark.parametrize("precision", ["M", "Y", "X"])
def test_precision_of_nothing_is_refused(precision):
    with pytest.raises(IntegrityError, match="resident_birth_precision"):
        ResidentFactory(date_of_birth=None, birth_precision=precision)


def test_unit_once_a_period():
    UnitFactory(code="80", in_force_from=None)
    UnitFactory(code="80", in_force_from=A)
    with pytest.raises(IntegrityError, match="unit_once_a_period"):
        UnitFactory(code="80", in_force_from=None)


def test_unit_ward_in_province():
    province = UnitFactory()
    UnitFactory(parent=province)
    with pytest.raises(IntegrityError, match="unit_ward_in_province"):
        UnitFactory(parent=province, level=Unit.Level.PROVINCE)


def test_unit_dates_in_order():
    UnitFactory(in_force_from=A, in_force_until=A)
    with pytest.raises(IntegrityError, match="unit_dates_in_order"):
        UnitFactory(in_force_from=A, in_force_until=B)


def test_areaassignment_once_a_period():
    user, unit = UserFactory(), UnitFactory()
    AreaAssignmentFactory(user=user, unit=unit)
    AreaAssignmentFactory(user=user, unit=unit, in_force_from=A)
    with pytest.raises(IntegrityError, match="areaassignment_once_a_period"):
        AreaAssignment.objects.create(user=user, unit=unit)


def test_areaassignment_dates_in_order():
    AreaAssignmentFactory(in_force_from=A, in_force_until=A)
    with pytest.raises(IntegrityError, match="areaassignment_dates_in_order"):
        AreaAssignmentFactory(in_force_from=A, in_force_until=B)
