"""The epidemic risk level of a place on a day."""

from datetime import date

from django.db.models import F

from checkpoints.models import RiskLevel
from residents.models import Unit


def level_of(unit: Unit | None, on: date) -> int | None:
    """Returns the unit's level on that day; a ward without a level of its own takes its province's. None where unknown."""
    if unit is None:
        return None
    levels = RiskLevel.objects.in_force(on).filter(unit__in=[unit.pk, unit.parent_id])
    known = dict(levels.order_by(F("in_force_from").asc(nulls_first=True)).values_list("unit", "level"))
    return known.get(unit.pk, known.get(unit.parent_id))
