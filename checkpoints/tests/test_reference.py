"""Symptoms and kinds of vehicle at the start."""

import pytest
from django.core.management import call_command

from checkpoints.models import Attestation, JourneyReason, Symptom, VehicleKind
from checkpoints.reference import load_reference
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db


def load():
    return load_reference(by=Actor.command("test"))


def test_it_works():
    call_command("load_checkpoint_reference", verbosity=0)
    assert list(Symptom.objects.values_list("code", flat=True)) == [
        *("fever", "cough", "breathless", "pneumonia", "sore-throat", "fatigue", "taste-loss")
    ]
    assert set(VehicleKind.objects.filter(has_plate=True).values_list("code", flat=True)) == {
        *("motorbike", "car", "coach", "truck")
    }
    assert set(VehicleKind.objects.filter(has_seat=True).values_list("code", flat=True)) == {
        *("coach", "train", "plane", "boat")
    }
    assert JourneyReason.objects.count() == 6
    for model in (Symptom, VehicleKind, JourneyReason, Attestation):
        assert not model.objects.filter(name_en="").exists()
    assert AuditEntry.objects.get().action == "reference.loaded"


def test_load_reference_twice_adds_nothing():
    assert load() == 22
    assert load() == 0
    assert AuditEntry.objects.count() == 1


def test_load_reference_adds_what_is_missing_and_keeps_an_administrators_edits():
    Symptom.objects.create(code="fever", name="Sốt cao", name_en="High fever", in_force_until="2026-01-31")
    assert load() == 21
    assert Symptom.objects.get(code="fever").name == "Sốt cao"


def test_load_reference_leaves_an_administrators_attestation_alone():
    Attestation.objects.create(name="Lời cam đoan của tỉnh")
    load()
    assert Attestation.objects.get().name == "Lời cam đoan của tỉnh"
