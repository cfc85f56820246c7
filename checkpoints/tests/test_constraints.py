"""What the database itself refuses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from checkpoints.models import Declaration, Passage
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, SymptomFactory, VehicleKindFactory
from vaxreg.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def passage(**different):
    facts = {"resident": "079090000001", "outcome": "passed", "verdict": "PASS", "scanned_at": timezone.now()}
    people = {"checkpoint": CheckpointFactory(), "officer": UserFactory(), "idempotency_key": uuid4()}
    return Passage.objects.create(**facts | people | different)


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def test_declaration_of_each_form_of_number_is_kept():
    for number in ("079090000001", "012345678", "T00000000001"):
        DeclarationFactory(resident=number)
    assert Declaration.objects.count() == 3


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"resident": "12345"}, "declaration_number_form"),
        ({"attested": False}, "declaration_attested"),
        ({"valid_until": timezone.now().replace(year=2020)}, "declaration_valid_after"),
    ],
)
def test_declaration_breaking_a_rule_is_refused(facts, constraint):
    with refused(constraint):
        DeclarationFactory(**facts)


def test_test_result_is_kept_whole_and_of_the_past_only():
    now = timezone.now()
    test = {"test_kind": "pcr", "test_result": "negative", "test_taken_at": now, "submitted_at": now}
    assert DeclarationFactory(**test).pk
    with refused("declaration_test_past"), transaction.atomic():
        DeclarationFactory(**test | {"test_taken_at": now + timedelta(seconds=1)})
    with refused("declaration_test_whole"):
        DeclarationFactory(**test | {"test_result": ""})


def test_declaration_of_one_form_is_kept_once_a_number():
    key = DeclarationFactory().idempotency_key
    DeclarationFactory(idempotency_key=key, resident="079090000002")
    with refused("declaration_filed_once"):
        DeclarationFactory(idempotency_key=key)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"resident": "12345"}, "passage_number_form"),
        ({"outcome": "turned-back"}, "passage_reason"),
        ({"verdict": "STOP"}, "passage_reason"),
    ],
)
def test_passage_breaking_a_rule_is_refused(facts, constraint):
    passage(outcome="turned-back", reason="Signs of illness")
    passage(verdict="STOP", reason="Emergency")
    with refused(constraint):
        passage(**facts)


def test_passage_of_one_ticket_is_kept_once():
    key = passage().idempotency_key
    with refused("passage_recorded_once"):
        passage(idempotency_key=key)


def test_passage_can_neither_be_changed_nor_deleted():
    kept = passage()
    for act in (lambda: Passage.objects.update(outcome="testing", reason="x"), kept.delete):
        with refused("append-only"), transaction.atomic():
            act()


@pytest.mark.parametrize(("factory", "name"), [(SymptomFactory, "symptom"), (VehicleKindFactory, "vehiclekind")])
def test_reference_rows_are_once_a_period_with_dates_in_order(factory, name):
    factory(code="one")
    factory(code="one", in_force_from="2026-01-01", in_force_until="2026-01-01")
    with refused(f"{name}_once_a_period"), transaction.atomic():
        factory(code="one")
    with refused(f"{name}_dates_in_order"):
        factory(code="two", in_force_from="2026-01-02", in_force_until="2026-01-01")
