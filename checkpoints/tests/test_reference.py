"""Symptoms and kinds of vehicle at the start."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from checkpoints.models import Attestation, EntryRule, JourneyReason, Symptom, VehicleKind
from checkpoints.reference import load_reference
from checkpoints.tests.factories import rule
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.no_entry_rules]


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
    assert load() == 22 + 7
    assert load() == 0
    assert AuditEntry.objects.count() == 1


def test_load_reference_adds_what_is_missing_and_keeps_an_administrators_edits():
    Symptom.objects.create(code="fever", name="Sốt cao", name_en="High fever", in_force_until="2026-01-31")
    assert load() == 21 + 7
    assert Symptom.objects.get(code="fever").name == "Sốt cao"


def test_entry_rules_are_put_in_force_in_both_languages():
    load()
    rules = EntryRule.objects.in_force(timezone.now()).filter(checkpoint=None)
    assert {rule.code: (rule.outcome, rule.reason) for rule in rules} == {
        "symptoms": ("STOP", "Có khai triệu chứng bệnh"),
        "contact": ("STOP", "Có khai tiếp xúc với ca bệnh"),
        "positive-test": ("STOP", "Có khai kết quả xét nghiệm dương tính"),
        "no-declaration": ("CHECK", "Chưa khai báo y tế"),
        "declaration-expired": ("CHECK", "Tờ khai đã hết hiệu lực"),
        "not-registered": ("CHECK", "Số này chưa có trong sổ đăng ký"),
        "disagreement": ("CHECK", "Thẻ, tờ khai và sổ đăng ký không khớp nhau"),
    }
    assert all(rule.reason_en and rule.conditions.exists() for rule in rules)


def test_entry_rules_are_not_added_to_rules_that_somebody_has_made():
    own = rule(begun=False)
    assert load() == 22
    assert list(EntryRule.objects.all()) == [own]


def test_load_reference_leaves_an_administrators_attestation_alone():
    Attestation.objects.create(name="Lời cam đoan của tỉnh")
    load()
    assert Attestation.objects.get().name == "Lời cam đoan của tỉnh"
