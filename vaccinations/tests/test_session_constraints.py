"""What the database refuses of registrations and appointments, each beside what it takes."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.tests.factories import FacilityFactory
from vaccinations.tests.session_factories import (
    AppointmentFactory,
    ClinicSessionFactory,
    PriorityGroupFactory,
    RegisteredPersonFactory,
    RegistrationFactory,
)

pytestmark = pytest.mark.django_db


def refused(constraint, factory, **facts):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        factory(**facts)
    assert refusal.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("accepted", "wrong", "constraint"),
    [
        ({"number": "079090000001"}, {"number": "12345"}, "registeredperson_number_form"),
        ({"sex": "F"}, {"sex": ""}, "registeredperson_sex"),
        (
            {"birth_precision": "Y", "date_of_birth": date(1950, 1, 1)},
            {"birth_precision": "Y", "date_of_birth": date(1950, 1, 2)},
            "registeredperson_birth_precision",
        ),
        (
            {"birth_precision": "M", "date_of_birth": date(1950, 5, 1)},
            {"birth_precision": "U"},
            "registeredperson_birth_precision",
        ),
        ({"reach": "province"}, {"reach": "ward"}, "registeredperson_reach"),
        ({"reach": "facility"}, {"reach": "facility", "preferred_facility": None}, "registeredperson_reach"),
    ],
)
def test_registered_person(accepted, wrong, constraint):
    RegisteredPersonFactory(**accepted)
    refused(constraint, RegisteredPersonFactory, **wrong)


def test_ward_is_a_reach_of_its_own_and_goes_with_no_facility():
    province = UnitFactory()
    ward = UnitFactory(parent=province)
    RegisteredPersonFactory(reach="ward", ward=ward, province=province)
    facts = {"reach": "ward", "ward": ward, "preferred_facility": FacilityFactory()}
    refused("registeredperson_reach", RegisteredPersonFactory, **facts)


def test_place_in_a_registration_is_one_persons():
    person = RegisteredPersonFactory()
    RegisteredPersonFactory(registration=person.registration, place=1)
    refused("registeredperson_place_once", RegisteredPersonFactory, registration=person.registration, place=1)


def test_nobody_is_registered_without_consent():
    refused("registration_consented", RegistrationFactory, consented=False)


def test_group_has_one_row_a_period():
    PriorityGroupFactory(code="health", in_force_from=date(2021, 2, 26))
    PriorityGroupFactory(code="health", in_force_from=date(2021, 7, 8))
    refused("prioritygroup_once_a_period", PriorityGroupFactory, code="health", in_force_from=date(2021, 7, 8))


@pytest.mark.parametrize("state", ["invited", "confirmed", "arrived"])
def test_person_has_one_appointment_to_come(state):
    session, facts = ClinicSessionFactory(capacity_per_hour=9), {"arrived_at": timezone.now()}
    ended = AppointmentFactory(session=session, state="declined")
    AppointmentFactory(session=session, person=ended.person, state=state, **facts)
    refused("appointment_once_a_person", AppointmentFactory, session=session, person=ended.person)
    resident = ResidentFactory()
    AppointmentFactory(session=session, resident=resident, state=state, **facts)
    refused("appointment_once_a_resident", AppointmentFactory, session=session, resident=resident)


def test_appointment_is_somebodys_and_an_arrival_has_its_time():
    refused("appointment_of_somebody", AppointmentFactory, person=None)
    refused("appointment_arrived_at_some_time", AppointmentFactory, state="done")


def test_invitations_have_a_code_and_walk_ins_none():
    AppointmentFactory(origin="walk-in", code=None)
    refused("appointment_code_of_an_invitation", AppointmentFactory, code=None)
    refused("appointment_code_of_an_invitation", AppointmentFactory, origin="walk-in")
