"""People of a sheet whom nobody knows: registered when the reviewer chooses their rows, and only who is surely nobody else."""

import pytest

from residents.models import Resident
from vaccinations.imports import registering, services, stages
from vaccinations.models import DoseImport, SheetDose
from vaccinations.tests.sheets import BY, ROW, STRANGER, brought, committed, known_names, outcomes, person
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province():
    return known_names()


def register(dose_import, **rows):
    doses = SheetDose.objects.filter(dose_import=dose_import, **rows).values_list("pk", flat=True)
    found = registering.register_people(by=BY, dose_import=dose_import, doses=doses)
    return found, stages.run(DoseImport.objects.get(pk=dose_import.pk))


def test_rows_of_one_stranger_are_one_person_under_a_provisional_number(province):
    dose_import = brought(STRANGER, {**STRANGER, "dose": "2", "on": "10/10/2021"})
    assert outcomes(dose_import) == ["no-id", "no-id"]
    found, dose_import = register(dose_import)
    assert (found.people, found.refused, outcomes(dose_import)) == (1, [], ["new", "new"])
    resident = Resident.objects.get()
    assert (resident.pk[0], resident.full_name, resident.source) == ("T", STRANGER["name"], "import")
    assert (str(resident.birth), resident.sex, resident.province) == ("1950", "F", province)
    assert AuditEntry.objects.filter(resident=resident.pk, action="resident.registered").count() == 1
    assert committed(dose_import).added == 2


def test_person_with_a_number_that_nobody_has_is_registered_under_it():
    row = {"number": "079150000123", "name": "Lê Thị Khác", "born": "01/02/1950", "sex": "Nữ", "phone": ""}
    _found, dose_import = register(brought(row))
    assert Resident.objects.get().pk == "079150000123"
    assert outcomes(dose_import) == ["new"]


@pytest.mark.parametrize(
    "row",
    [
        # Not known when born, so like every namesake.
        STRANGER | {"born": ""},
        # A man of 1950 has no such number.
        STRANGER | {"number": "079150000123", "sex": "Nam"},
        STRANGER | {"number": "T00000000099"},
        # Somebody of this name and year is registered.
        {"number": "", "born": "1990", "phone": "", "sex": ""},
    ],
)
def test_who_may_be_somebody_else_is_not_registered(row):
    person(phone="")
    before = Resident.objects.count()
    found, dose_import = register(brought(row))
    assert (found.people, found.refused) == (0, [2])
    assert Resident.objects.count() == before
    assert dose_import.state == "review"


def test_only_rows_without_a_person_and_of_this_import_are_taken():
    person()
    dose_import = brought(ROW)
    found, _import = register(dose_import)
    assert found.people == 0
    other = brought(STRANGER)
    assert registering.register_people(by=BY, dose_import=dose_import, doses=[SheetDose.objects.last().pk]).people == 0
    assert outcomes(other) == ["no-id"]


def test_nobody_is_registered_after_the_commit():
    person()
    dose_import = committed(brought(ROW, STRANGER))
    with pytest.raises(services.ImportRefusedError):
        register(dose_import)
