"""Brings the table of administrative units up to the file. The file is right: what was edited by hand is set back."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, timedelta
from itertools import groupby

from django.db import transaction

from residents.models import Unit
from residents.units import UnitRow
from vaxreg import audit
from vaxreg.actors import Actor

Key = tuple[str, date | None]


@transaction.atomic
def load_units(*, by: Actor, rows: Iterable[UnitRow]) -> dict[str, int]:
    """Returns how many units were added, changed and unchanged. A unit is known by its code and first day in force.

    Raises ValueError for a row whose province or successor is not among the rows.
    """
    kept = {(unit.code, unit.in_force_from): unit for unit in Unit.objects.select_for_update()}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    # Each batch refers only to those before it: provinces of today, provinces of before, wards.
    for _batch, batch in groupby(sorted(rows, key=_reference_order), key=_reference_order):
        added, changed = [], []
        for row in batch:
            facts = _facts(row, kept)
            unit = kept.setdefault((row.code, row.in_force_from), Unit())
            differing = {name: fact for name, fact in facts.items() if getattr(unit, name) != fact}
            for name, fact in differing.items():
                setattr(unit, name, fact)
            if unit.pk is None:
                added.append(unit)
            elif differing:
                changed.append(unit)
            else:
                counts["unchanged"] += 1
        Unit.objects.bulk_create(added)
        Unit.objects.bulk_update(changed, list(facts), batch_size=500)
        counts["added"] += len(added)
        counts["changed"] += len(changed)
    if counts["added"] or counts["changed"]:
        audit.record(by=by, action="units.loaded", changes=counts)
    return counts


def _reference_order(row: UnitRow) -> tuple[bool, int]:
    return row.level == Unit.Level.WARD, -row.in_force_from.toordinal() if row.in_force_from else 0


def _facts(row: UnitRow, kept: dict[Key, Unit]) -> dict[str, object]:
    facts = asdict(row)
    parent_code, successor_code = facts.pop("parent_code"), facts.pop("successor_code")
    succeeds_on = row.in_force_until + timedelta(days=1) if row.in_force_until else None
    try:
        parent = kept[parent_code, row.in_force_from] if parent_code else None
        successor = kept[successor_code, succeeds_on] if successor_code else None
    except KeyError as error:
        raise ValueError(
            f"unit {row.code} refers to {error.args[0][0]}, which is not in the file for its time"
        ) from error
    return facts | {"parent_id": parent and parent.pk, "successor_id": successor and successor.pk}
