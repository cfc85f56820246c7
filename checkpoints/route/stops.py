"""Before leaving: the checkpoints on the way, what each asks for, and what it would say to the facts given.

Nothing is kept, and nothing is read of the registry: the public never learns from it. What only the desk can know, whether a
number is in the registry and agrees with card and declaration, is taken for granted here, and the page says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from checkpoints.admission import Decision, Facts, Rule, decide
from checkpoints.models import Checkpoint
from checkpoints.rules.deciding import rules_at
from checkpoints.rules.levels import level_of
from residents.models import Unit


@dataclass(frozen=True)
class Journey:
    """From where, to where and when; `checkpoint` where the traveller knows the one they will pass, `first` where they said
    which comes first."""

    origin: Unit
    destination: Unit
    at: datetime
    checkpoint: Checkpoint | None = None
    first: Checkpoint | None = None


@dataclass(frozen=True)
class Stop:
    """A checkpoint with the rules that decide there then, and its answer to each traveller with facts to judge."""

    checkpoint: Checkpoint
    rules: tuple[Rule, ...]
    decisions: tuple[Decision, ...]

    @property
    def kinds(self) -> set[str]:
        """What its rules ask about."""
        return {condition.kind for rule in self.rules for condition in rule.conditions}


def stops_on(journey: Journey, people: Sequence[Facts]) -> list[Stop]:
    """Returns the checkpoint chosen, else those in use in the two provinces: no roads are known here."""
    rules = {checkpoint: rules_at(checkpoint, journey.at) for checkpoint in _on_the_way(journey)}
    return [
        Stop(checkpoint, said, tuple(decide(facts, said) for facts in people)) for checkpoint, said in rules.items()
    ]


def facts_given(journey: Journey, answers: dict[str, Any]) -> Facts:
    """Returns the facts that a traveller has answered with, at the time of the journey."""
    level = level_of(journey.origin, timezone.localdate(journey.at))
    return Facts(**{"at": journey.at, "is_registered": True, "origin_level": level} | answers)


def _on_the_way(journey: Journey) -> list[Checkpoint]:
    if journey.checkpoint:
        return [journey.checkpoint]
    provinces = {unit.parent_id or unit.pk for unit in (journey.origin, journey.destination)}
    within = Q(unit__in=provinces) | Q(unit__parent__in=provinces)
    found = Checkpoint.objects.in_use().filter(within).select_related("unit")
    return list(dict.fromkeys([*filter(None, [journey.first]), *found]))
