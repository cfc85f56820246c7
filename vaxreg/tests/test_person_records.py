"""Every table that is of people is known to merging, and nothing of a person is lost, doubled or left behind by it."""

from collections import Counter

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from checkpoints.models import Declaration, Passage
from checkpoints.tests.factories import (
    CheckpointFactory,
    DeclarationFactory,
    PassageFactory,
    VehicleKindFactory,
    keys_of,
)
from residents.fields import CitizenIdField
from residents.merging.registry import registry
from residents.merging.services import merge, undo_merge
from residents.models import Merge, Resident
from residents.services import correct_number
from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.models import Appointment, Dose, DueDose, RegisteredPerson, Visit
from vaccinations.tests.factories import (
    AdverseEventFactory,
    DoseFactory,
    FacilityFactory,
    LotFactory,
    ObservationFactory,
    SlipFactory,
    VisitFactory,
)
from vaccinations.tests.session_factories import AppointmentFactory, ClinicSessionFactory, RegisteredPersonFactory
from vaxreg.actors import Actor
from vaxreg.tests.factories import UserFactory

BY = Actor.command("test")
A, B, C = "079090000001", "T00000000001", "079090000003"
# What names people otherwise than as whose row it is.
NOT_OF_PEOPLE = {
    "residents.Resident.citizen_id": "the person",
    "residents.Resident.superseded_by": "what a merge changes",
    "residents.DuplicateSearch.reached": "how far a search has come",
    "residents.Merge.kept": "the merge",
    "residents.Merge.dropped": "the merge",
}


def is_of_a_person(column):
    is_number = isinstance(column, CitizenIdField) or column.related_model is Resident
    return is_number or column.name == "resident"


def test_every_column_with_a_persons_number_is_registered():
    found = {
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if is_of_a_person(column)
    }
    known = {f"{table.model._meta.label}.{column}" for table in registry.tables for column in table.columns}
    assert found - NOT_OF_PEOPLE.keys() == known


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Places and people's things that histories share, made once; taken back at the end."""
