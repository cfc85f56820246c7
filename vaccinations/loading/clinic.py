"""What every registry starts with at its clinics, read from vaccinations/data/: checklists, vital signs, reactions."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import models, transaction

from vaccinations.models import AdverseEventTerm, ScreeningItem, VitalLimit
from vaxreg import audit
from vaxreg.actors import Actor

DATA = Path(__file__).parents[1] / "data"
TABLES = {
    ScreeningItem: DATA / "screening_items.csv",
    VitalLimit: DATA / "vital_limits.csv",
    AdverseEventTerm: DATA / "adverse_event_terms.csv",
}
YES_OR_NO = {"yes": True, "no": False}.__getitem__


def _optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: read(text) if text else None


CONVERTERS: dict[str, Callable[[str], Any]] = {
    "position": int,
    "needs_words": YES_OR_NO,
    "is_needed_for_all": YES_OR_NO,
    "needed_above_age": _optional(int),
    "lowest": _optional(Decimal),
    "highest": _optional(Decimal),
    "rise_over_usual": _optional(Decimal),
    "in_force_from": _optional(date.fromisoformat),
    "in_force_until": _optional(date.fromisoformat),
}


@transaction.atomic
def load_clinic(*, by: Actor) -> dict[str, int]:
    """Fills each table that is empty and returns how many rows each got; a table in use stays as administrators have it."""
    added = {model._meta.label_lower: _fill(model, path) for model, path in TABLES.items()}
    if any(added.values()):
        audit.record(by=by, action="reference.loaded", changes=added)
    return added


def _fill(model: type[models.Model], path: Path) -> int:
    if model.objects.exists():
        return 0
    # Two first starts at once: whoever comes second finds the rows there and leaves them.
    rows = [model(**row) for row in _rows(path)]
    return len(model.objects.bulk_create(rows, ignore_conflicts=True))


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {name: CONVERTERS.get(name, str)(value) for name, value in row.items()}
            for row in csv.DictReader(lines, strict=True)
        ]
