"""Before leaving: the checkpoints on the way, what each asks for, and what it would say to the facts given.

Nothing is kept, and nothing is read of the registry: the public never learns from it. What only the desk can know, whether a
number is in the registry and agrees with card and declaration, is taken for granted here, and the page says so.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from checkpoints.admission import Decision, Facts, Rule, TakenTest, decide
from checkpoints.models import Checkpoint, Declaration, PassKey
from checkpoints.rules.deciding import rules_at
from checkpoints.rules.levels import level_of
from residents.models import Unit


@dataclass(frozen=True)
class Journey:
    """From where, to where and when; `checkpoint` where the traveller knows the one they will pass."""

    origin: Unit
    destination: Unit
    at: datetime
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True)
class Stop:
    """A checkpoint with the rules that decide there then, and its answer where there are facts to judge."""

    checkpoint: Checkpoint
    rules: tuple[Rule, ...]
    decision: Decision | None

    @property
    def kinds(self) -> set[str]:
        """What its rules ask about."""
        return {condition.kind for rule in self.rules for condition in rule.conditions}


def stops_on(journey: Journey, facts: Facts | None) -> list[Stop]:
    """Returns the checkpoint chosen, else those in use in the two provinces: no roads are known here."""
    checkpoints = [journey.checkpoint] if journey.checkpoint else _between(journey.origin, journey.destination)
    rules = {checkpoint: rules_at(checkpoint, journey.at) for checkpoint in checkpoints}
    return [Stop(checkpoint, said, facts and decide(facts, said)) for checkpoint, said in rules.items()]


def facts_given(journey: Journey, answers: dict[str, Any]) -> Facts:
    """Returns the facts that a traveller has answered with, at the time of the journey."""
    level = level_of(journey.origin, timezone.localdate(journey.at))
    return Facts(**{"at": journey.at, "is_registered": True, "origin_level": level} | answers)


def facts_of_pass(token: str, at: datetime) -> dict[str, Any] | None:
    """Returns what the declaration behind this pass says at that moment, or None where there is no such pass.

    Only for tokens: a short code can be guessed, and would tell a stranger what somebody has declared.
    """
    key = PassKey.objects.filter(key=token).select_related("declaration").first()
    if key is None or not key.is_token:
        return None
    place = key.declaration.place_in_journey if key.declaration else 0
    declaration = (
        Declaration.objects.filter(resident=key.resident, journey=key.journey, place_in_journey=place)
        .filter(superseded_at=None, withdrawn_at=None)
        .select_related("vehicle_kind", "origin")
        .first()
    )
    return _said(declaration, at) if declaration else {"declared_until": None}


def _said(declaration: Declaration, at: datetime) -> dict[str, Any]:
    said = {"declared_until": declaration.valid_until, "birth": declaration.birth}
    if not declaration.submitted_at <= at < declaration.valid_until:
        return said
    taken_at = declaration.test_taken_at
    is_negative = declaration.test_result == "negative"
    return said | {
        "symptoms": tuple(declaration.symptoms),
        "had_contact": declaration.had_contact,
        "origin_level": level_of(declaration.origin, timezone.localdate(at)),
        "tests": (TakenTest(declaration.test_kind, is_negative, taken_at),) if taken_at else (),
        "vehicle": declaration.vehicle_kind.code,
    }


def _between(origin: Unit, destination: Unit) -> list[Checkpoint]:
    provinces = {unit.parent_id or unit.pk for unit in (origin, destination)}
    within = Q(unit__in=provinces) | Q(unit__parent__in=provinces)
    return list(Checkpoint.objects.in_use().filter(within).select_related("unit"))
