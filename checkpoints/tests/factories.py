"""Checkpoints, their officers and declarations for tests."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import factory
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory

from checkpoints.declaring import passes
from checkpoints.models import (
    Attestation,
    Checkpoint,
    CheckpointAssignment,
    Declaration,
    EntryCondition,
    EntryRule,
    JourneyReason,
    Passage,
    RiskLevel,
    Symptom,
    VehicleKind,
)
from residents.birth import Precision
from residents.tests.factories import UnitFactory
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in


class CheckpointFactory(DjangoModelFactory):
    class Meta:
        model = Checkpoint

    code = factory.Sequence(lambda n: f"post-{n}")
    name = factory.Sequence(lambda n: f"Chốt số {n}")
    name_en = factory.Sequence(lambda n: f"Post {n}")
    unit = factory.SubFactory(UnitFactory)


class CheckpointAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = CheckpointAssignment

    user = factory.SubFactory(UserFactory, roles=[Role.OFFICER])
    checkpoint = factory.SubFactory(CheckpointFactory)


class SymptomFactory(DjangoModelFactory):
    class Meta:
        model = Symptom

    code = factory.Sequence(lambda n: f"sign-{n}")
    name = "Sốt"
    name_en = "Fever"


class VehicleKindFactory(DjangoModelFactory):
    class Meta:
        model = VehicleKind

    code = factory.Sequence(lambda n: f"vehicle-{n}")
    name = "Xe máy"
    name_en = "Motorbike"


class RiskLevelFactory(DjangoModelFactory):
    class Meta:
        model = RiskLevel

    unit = factory.SubFactory(UnitFactory)
    level = 3


def rule(*conditions: dict[str, Any], begun: bool = True, **facts: Any) -> EntryRule:
    """A rule of these conditions, in force for an hour; a draft where it has not begun."""
    facts = {"outcome": "STOP", "reason": "Lý do", "reason_en": "Some reason", "position": 100} | facts
    if begun:
        facts = {"in_force_at": timezone.now() - timedelta(hours=1)} | facts
    made = EntryRule.objects.create(**facts)
    for condition in conditions:
        EntryCondition.objects.create(rule=made, **condition)
    if begun:
        EntryRule.objects.filter(pk=made.pk).update(is_draft=False)
        made.refresh_from_db()
    return made


class DeclarationFactory(DjangoModelFactory):
    """A declaration in force with nothing to object, by the man whom ResidentFactory makes."""

    class Meta:
        model = Declaration

    resident = "079090000001"
    full_name = "Nguyễn Văn An"
    date_of_birth = date(1990, 3, 5)
    birth_precision = Precision.DAY
    phone = "0912345678"
    origin = factory.SubFactory(UnitFactory)
    origin_text = "Phường Bến Nghé"
    destination = factory.SubFactory(UnitFactory)
    destination_text = "Xã Tân Hà"
    checkpoint = factory.SubFactory(CheckpointFactory)
    vehicle_kind = factory.SubFactory(VehicleKindFactory)
    plate = "51F12345"
    had_contact = False
    attested = True
    submitted_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    valid_until = factory.LazyAttribute(lambda declaration: declaration.submitted_at + timedelta(hours=72))
    idempotency_key = factory.LazyFunction(uuid4)


class PassageFactory(DjangoModelFactory):
    """A man let pass now, without a declaration; `decided_at` may be given, as no service can."""

    class Meta:
        model = Passage

    resident = factory.Sequence(lambda n: f"079090{n + 1:06d}")
    checkpoint = factory.SubFactory(CheckpointFactory)
    officer = factory.SubFactory(UserFactory)
    outcome = Passage.Outcome.PASSED
    reason = factory.LazyAttribute(lambda passage: "" if passage.outcome == "passed" else "identity")
    verdict = "PASS"
    decided_at = factory.LazyFunction(timezone.now)
    scanned_at = factory.LazyAttribute(lambda passage: passage.decided_at - timedelta(seconds=10))
    idempotency_key = factory.LazyFunction(uuid4)


def cancelled(passage: Passage) -> Passage:
    """The row that cancels the passage a minute later."""
    facts = {"resident": passage.resident, "checkpoint": passage.checkpoint, "officer": passage.officer}
    at = passage.decided_at + timedelta(minutes=1)
    return PassageFactory(**facts, outcome="cancelled", cancels=passage, decided_at=at)


def keys_of(declaration: Declaration) -> tuple[str, str]:
    """The token and the short code of a pass issued for the declaration."""
    passes.issue_keys(declaration)
    code, token = sorted((key.key for key in declaration.keys.all()), key=len)
    return token, code


def officer_at(checkpoint: Checkpoint, client: Client, role: Role = Role.OFFICER) -> User:
    """An officer who works at the checkpoint and is signed in."""
    officer = UserFactory(roles=[role])
    CheckpointAssignmentFactory(user=officer, checkpoint=checkpoint)
    sign_in(client, officer)
    return officer


def journey(**different: Any) -> dict[str, Any]:
    """What a browser sends at the end of the first step."""
    names = ("origin_", "destination_", "checkpoint", "vehicle_kind", "journey_reason", "departs_on")
    return {name: value for name, value in declared().items() if name.startswith(names)} | different


def of_person(index: int, **different: Any) -> dict[str, Any]:
    """What a browser sends besides for one more person, well and without a number."""
    sent = {
        "number": "",
        "full_name": "Nguyễn Bé Tư",
        "birth": "2018",
        "has_travelled": "no",
        "symptoms": ["none"],
        "had_contact": "no",
    }
    return {f"p{index}-{name}": value for name, value in (sent | different).items()}


class JourneyReasonFactory(DjangoModelFactory):
    class Meta:
        model = JourneyReason

    code = factory.Sequence(lambda n: f"reason-{n}")
    name = "Đi làm"
    name_en = "Commuting to work"


class AttestationFactory(DjangoModelFactory):
    class Meta:
        model = Attestation

    name = "Tôi cam đoan."
    name_en = "I attest."


def declared(**different: Any) -> dict[str, Any]:
    """What a browser sends for a complete declaration; needs the reference rows that it names."""
    return {
        "key": str(uuid4()),
        "number": "079 090 000001",
        "full_name": "Nguyễn Văn An",
        "birth": "05/03/1990",
        "phone": "0912 345 678",
        "origin_province": UnitFactory(name="Tỉnh Đồng Nai").pk,
        "origin_place": "Bến Nghé",
        "destination_province": UnitFactory(name="Tỉnh Lâm Đồng").pk,
        "destination_place": "Tân Hà",
        "checkpoint": CheckpointFactory().pk,
        "vehicle_kind": VehicleKindFactory().pk,
        "plate": "51f-123.45",
        "has_travelled": "no",
        "places_visited": "",
        "symptoms": ["none"],
        "had_contact": "no",
        "attested": "on",
    } | different
