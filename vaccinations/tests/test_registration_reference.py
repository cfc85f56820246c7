"""Priority groups, chronic conditions and the text of consent at the start."""

from datetime import date

import pytest
from django.core.management import call_command

from vaccinations.loading.registration import load_registration_reference
from vaccinations.models import ChronicCondition, ConsentText, PriorityGroup
from vaccinations.tests.session_factories import PriorityGroupFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_it_works():
    call_command("load_registration_reference", verbosity=0)
    assert PriorityGroup.objects.in_force(date(2021, 7, 7)).count() == 11
    assert list(PriorityGroup.objects.in_force(date(2021, 7, 8)).values_list("code", "position")) == [
        ("health", 1),
        ("anti-epidemic", 2),
        ("army", 3),
        ("police", 4),
        ("diplomats", 5),
        ("borders", 6),
        ("essential-services", 7),
        ("education-administration", 8),
    ]
    assert not PriorityGroup.objects.in_force(date(2021, 2, 25)).exists()
    for model in (PriorityGroup, ChronicCondition, ConsentText):
        assert model.objects.exists()
        assert not model.objects.filter(name_en="").exists()
    assert not PriorityGroup.objects.filter(source="").exists()
    assert AuditEntry.objects.get().action == "reference.loaded"


def test_load_registration_reference_twice_adds_nothing():
    by = Actor.command("test")
    assert load_registration_reference(by=by) == 19 + 15 + 1
    assert load_registration_reference(by=by) == 0
    assert AuditEntry.objects.count() == 1


def test_load_registration_reference_leaves_an_administrators_list_alone():
    PriorityGroupFactory(code="over-80")
    load_registration_reference(by=Actor.command("test"))
    assert PriorityGroup.objects.get().code == "over-80"
    assert ChronicCondition.objects.exists()
