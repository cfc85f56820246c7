"""What every registry starts with at its checkpoints, read from checkpoints/data/: choices, attestation, entry rules."""

import csv
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from checkpoints.models import Attestation, EntryCondition, EntryRule, JourneyReason, Symptom, VehicleKind
from vaxreg import audit
from vaxreg.actors import Actor

DATA = Path(__file__).parent / "data"
TABLES = {
    Symptom: DATA / "symptoms.csv",
    VehicleKind: DATA / "vehicle_kinds.csv",
    JourneyReason: DATA / "journey_reasons.csv",
}
ATTESTATIONS = DATA / "attestations.csv"
ENTRY_RULES = DATA / "entry_rules.csv"
YES_OR_NO = {"yes": True, "no": False}.__getitem__
CONVERTERS = {"position": int, "has_plate": YES_OR_NO, "has_seat": YES_OR_NO}


@transaction.atomic
def load_reference(*, by: Actor) -> int:
    """Adds the rows whose code no row has, whatever its dates, and returns how many; what is there stays as it is.

    Entry rules are added where there are none at all: whoever ended one of the first ones has decided otherwise.
    """
    added = {model._meta.label_lower: _add_missing(model, path) for model, path in TABLES.items()}
    added[EntryRule._meta.label_lower] = load_entry_rules()
    added[Attestation._meta.label_lower] = _add_first_attestation()
    total = sum(map(len, added.values()))
    if total:
        audit.record(by=by, action="reference.loaded", changes=added)
    return total


def _add_missing(model: type[models.Model], path: Path) -> list[str]:
    known = set(model.objects.values_list("code", flat=True))
    missing = [model(**row) for row in _rows(path) if row["code"] not in known]
    # Two first starts at once: whoever comes second finds the row there and leaves it.
    model.objects.bulk_create(missing, ignore_conflicts=True)
    return [row.code for row in missing]


def load_entry_rules() -> list[str]:
    """Puts the rules that every registry starts with in force where there is no rule at all, and returns their codes."""
    if EntryRule.objects.exists():
        return []
    rows = _rows(ENTRY_RULES)
    conditions = {row["code"]: row.pop("conditions").split() for row in rows}
    EntryRule.objects.bulk_create([EntryRule(**row) for row in rows], ignore_conflicts=True)
    # As drafts first: a rule in force takes no further condition.
    drafts = list(EntryRule.objects.filter(code__in=conditions, is_draft=True, conditions=None))
    EntryCondition.objects.bulk_create(
        EntryCondition(rule=rule, kind=kind.removeprefix("not-"), is_negated=kind.startswith("not-"))
        for rule in drafts
        for kind in conditions[rule.code]
    )
    EntryRule.objects.filter(pk__in=[rule.pk for rule in drafts]).update(is_draft=False, in_force_at=timezone.now())
    return [rule.code for rule in drafts]


def _add_first_attestation() -> list[str]:
    """An attestation has no code: the first one is added where there is none."""
    # Two first starts at once must not add two; nobody else writes this table meanwhile.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE checkpoints_attestation IN SHARE ROW EXCLUSIVE MODE")
    if Attestation.objects.exists():
        return []
    return [Attestation.objects.create(**row).name for row in _rows(ATTESTATIONS)]


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {name: CONVERTERS.get(name, str)(value) for name, value in row.items()} for row in csv.DictReader(lines)
        ]
