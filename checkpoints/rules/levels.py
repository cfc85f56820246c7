"""The epidemic risk level of a unit on a day."""

from datetime import date

from django.db.models import Case, F, IntegerField, When

from checkpoints.models import RiskLevel
from residents.models import Unit


def level_of(unit: Unit | None, on: date) -> int | None:
    """Returns the unit's level on that day; a ward without one of its own takes its province's; None where neither has one."""
    if unit is None:
        return None
    own_first = Case(When(unit=unit.pk, then=0), default=1, output_field=IntegerField())
    known = RiskLevel.objects.in_force(on).filter(unit__in=[unit.pk, unit.parent_id or unit.pk])
    return known.order_by(own_first, F("in_force_from").desc(nulls_last=True)).values_list("level", flat=True).first()


def levels_on(on: date) -> dict[int, int]:
    """Returns unit → level of all units that have one of their own on that day."""
    known = RiskLevel.objects.in_force(on).order_by(F("in_force_from").asc(nulls_first=True))
    return dict(known.values_list("unit", "level"))
