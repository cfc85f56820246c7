"""How the provinces stand: doses of sheets that found their person, what waits for a decision, and for how long."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.utils import timezone

from residents.models import Unit
from residents.querysets import NATIONAL
from vaccinations.models import DoseImport, QualityCase
from vaxreg.models import User
from vaxreg.roles import Role

FOUND = F("count_new") - F("count_held") + F("count_already_recorded")


@dataclass(frozen=True)
class Standing:
    """One province, or None for what has none. A figure is None where it is too small to leave the area."""

    province: Unit | None
    matched: int | None
    waiting: int | None
    at_commune: int | None
    oldest: datetime | None
    days: int | None
    share: float | None

    @property
    def is_whole(self) -> bool:
        """Whether no figure of it is left out."""
        return None not in (self.matched, self.waiting)


def standings(user: User, now: datetime) -> list[Standing]:
    """Returns the provinces that the user may see, what has waited longest first; a query for each figure.

    A manager sees the own area exactly; national roles all provinces, without counts that are small (decision 10).
    """
    own = _own(user)
    counted = QualityCase.objects.counted_for(user)
    cases, found = _cases(counted), Counter(_recorded(counted))
    found.update(_found(_imports(user, own)))
    provinces = Unit.objects.in_bulk({key for key in (*cases, *found) if key})
    rows = [
        _standing(provinces.get(key), found.get(key, 0), cases.get(key, {}), is_exact=key in own, now=now)
        for key in {*cases, *found}
    ]
    return sorted(rows, key=lambda row: (row.oldest or now, str(row.province)))


def _own(user: User) -> set[int]:
    """The provinces of which the user manages all today."""
    if Role.PROVINCIAL_MANAGER not in user.role_codes:
        return set()
    return set(Unit.objects.of(user, timezone.localdate()).values_list("pk", flat=True))


def _imports(user: User, own: set[int]) -> QuerySet:
    committed = DoseImport.objects.filter(state=DoseImport.State.COMMITTED)
    return committed if user.has_role(NATIONAL) else committed.filter(province__in=own)


def _found(imports: QuerySet) -> dict[int | None, int]:
    rows = imports.order_by().values_list("province").annotate(doses=Sum(FOUND))
    return dict(rows)


def _cases(cases: QuerySet) -> dict[int | None, dict[str, object]]:
    rows = (
        cases.to_do()
        .order_by()
        .values("province")
        .annotate(waiting=Count("pk"), at_commune=Count("pk", filter=Q(state="waiting")), oldest=Min("created_at"))
    )
    return {row.pop("province"): row for row in rows}


def _recorded(cases: QuerySet) -> dict[int | None, int]:
    """Rows whose dose is in the register now by a decision that stands."""
    rows = cases.decided().filter(has_dose=True).order_by().values_list("province")
    return dict(rows.annotate(cases=Count("pk")))


def _standing(
    province: Unit | None, found: int, cases: dict[str, object], *, is_exact: bool, now: datetime
) -> Standing:
    matched, waiting = found, cases.get("waiting", 0)
    shown = [_shown(number, is_exact) for number in (matched, waiting, cases.get("at_commune", 0))]
    is_whole = None not in shown[:2]
    share = matched / (matched + waiting) if is_whole and matched + waiting else None
    oldest = cases.get("oldest") if shown[1] else None
    days = (now - oldest).days if oldest else None
    return Standing(province, *shown, oldest, days, share)


def _shown(number: int, is_exact: bool) -> int | None:
    """The number, or None where it is small and leaves the area."""
    return number if is_exact or number == 0 or number >= settings.SMALLEST_COUNT_SHOWN else None
