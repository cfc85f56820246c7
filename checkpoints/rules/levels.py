"""The epidemic risk level of a unit on a day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, IntegerField, QuerySet, When

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


@dataclass(frozen=True)
class ProvinceLevel:
    """A province, its level on a day, the one that follows, and how many of its wards have one of their own."""

    unit: Unit
    now: RiskLevel | None
    coming: RiskLevel | None
    wards: int


def province_levels(on: date) -> list[ProvinceLevel]:
    """Returns the provinces of that day in the order of their codes, with or without a level. Three queries."""
    provinces = list(Unit.objects.provinces().in_force(on))
    known = RiskLevel.objects.filter(unit__in=provinces).exclude(in_force_until__lt=on)
    now, coming = {}, {}
    for level in known.order_by(F("in_force_from").asc(nulls_first=True)):
        if level.is_in_force(on):
            now[level.unit_id] = level
        else:
            coming.setdefault(level.unit_id, level)
    wards = RiskLevel.objects.in_force(on).filter(unit__parent__in=provinces).values_list("unit__parent")
    counts = dict(wards.annotate(Count("unit", distinct=True)).order_by())
    return [ProvinceLevel(one, now.get(one.pk), coming.get(one.pk), counts.get(one.pk, 0)) for one in provinces]


def ward_levels(province: Unit, on: date) -> QuerySet[RiskLevel]:
    """The levels that wards of the province have of their own on that day."""
    return RiskLevel.objects.in_force(on).filter(unit__parent=province).select_related("unit").order_by("unit__code")
