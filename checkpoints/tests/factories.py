"""Checkpoints, their officers and declarations for tests."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import factory
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory

from checkpoints import passes
from checkpoints.models import Checkpoint, CheckpointAssignment, Declaration, Passage, Symptom, VehicleKind
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
    """A man let pass an hour ago without a declaration; give `officer` and `checkpoint`."""

    class Meta:
        model = Passage

    resident = "079090000001"
    outcome = "passed"
    verdict = "CHECK"
    verdict_reasons = ("no-declaration",)
    decided_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=1))
    scanned_at = factory.LazyAttribute(lambda passage: passage.decided_at - timedelta(seconds=12))
    idempotency_key = factory.LazyFunction(uuid4)
    checkpoint = factory.SubFactory(CheckpointFactory)
    officer = factory.SubFactory(UserFactory)


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
