"""Who went from where to where, in numbers: from the counts of finished days, and live for the days not closed yet.

What leaves the area is made of cells of one size only: a day, a checkpoint, two provinces, an outcome. A cell below the
limit is left out there, and every total is the sum of the cells shown, so that no comparison of totals, filters or days
gives a hidden one away (docs/decisions/0010-small-numbers.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from checkpoints.models import ClosedDay, MovementCount, Passage, ProvinceMovement
from checkpoints.movements.rollups import movements_of
from residents.models import Unit
from vaxreg import audit
from vaxreg.actors import Actor

# A day that has just ended is counted live until the nightly job has closed it; older ones are named as missing.
LIVE_DAYS = 2
OUTCOMES = tuple(outcome for outcome in Passage.Outcome if outcome != Passage.Outcome.CANCELLED)
CELL = ("day", "checkpoint", "origin_province", "destination_province", "outcome")
PAIR, OF_DAY = ("origin_province", "destination_province"), ("day", "outcome")


@dataclass(frozen=True)
class Selection:
    """What is asked for. `is_exact`: the figures stay inside the area, small ones included."""

    checkpoints: tuple[int, ...]
    since: date
    until: date
    outcome: str = ""
    is_exact: bool = True

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=number) for number in range((self.until - self.since).days + 1)]


@dataclass(frozen=True)
class Coverage:
    """Which days come from where: counted when finished, counted now, or not counted yet."""

    closed: tuple[date, ...]
    live: tuple[date, ...]
    missing: tuple[date, ...]


@dataclass(frozen=True)
class Flow:
    """People who went on a day from here to there, and how many cells of it are hidden. None: not declared, or not asked."""

    people: int
    day: date | None = None
    origin: int | None = None
    destination: int | None = None
    outcome: str = ""
    hidden: int = 0


@dataclass(frozen=True)
class WardFlow:
    """People who arrived in a ward, or left it, by the level of where they came from and by outcome."""

    ward: int | None
    level: int | None
    outcome: str
    people: int


def coverage(selection: Selection, today: date) -> Coverage:
    """Returns where the figures of each day come from. What leaves the area comes from closed days only."""
    closed = set(ClosedDay.objects.filter(day__range=(selection.since, selection.until)).values_list("day", flat=True))
    # Today may have been closed by nobody, and counts that grow by the minute would tell who has just passed.
    may_be_live = {today - timedelta(days=number) for number in range(LIVE_DAYS)} if selection.is_exact else set()
    unclosed = [day for day in selection.days if day not in closed and day <= today]
    return Coverage(
        closed=tuple(sorted(closed)),
        live=tuple(day for day in unclosed if day in may_be_live),
        missing=tuple(day for day in unclosed if day not in may_be_live),
    )


def province_flows(selection: Selection, covered: Coverage) -> tuple[list[Flow], list[Flow]]:
    """Returns the movements between provinces twice: by where from and where to, and by day and outcome.

    The database adds them up both ways: of a month it would return some thousand rows to be added up here.
    """
    live = [_flow(row | {"day": day}) for day in covered.live for row in _live_provinces(selection, day)]
    return _added_up(selection, covered, PAIR) + live, _added_up(selection, covered, OF_DAY) + live


def ward_flows(selection: Selection, covered: Coverage, province: int, end: str) -> list[WardFlow]:
    """Returns the movements that begin (`end` "origin") or end ("destination") in the province, by ward."""
    # Their keys as a list: a join for each of a month's rows takes as long as reading them.
    inside = list(Unit.objects.filter(Q(pk=province) | Q(parent=province)).values_list("pk", flat=True))
    wanted = Q(**{f"{end}__in": inside})
    grouped = (end, "origin_level", "outcome")
    closed = (
        _closed(MovementCount, selection, covered)
        .filter(wanted)
        .values(*grouped)
        .annotate(total=Sum("people"))
        .order_by()
    )
    rows = [*closed]
    for day in covered.live:
        live = movements_of(day, selection.checkpoints).filter(wanted)
        rows += [{**row, "total": row["people"]} for row in _of_outcome(live, selection)]
    # People whose ward was not found from their words are known by the province alone.
    return [
        WardFlow(None if row[end] == province else row[end], row["origin_level"], row["outcome"], row["total"])
        for row in rows
    ]


@transaction.atomic
def export(*, selection: Selection, covered: Coverage, by: Actor) -> Iterator[tuple[dict, str]]:
    """Returns the cells that may leave the area, each with its number as text ("<5" for a small one), and logs it."""
    limit = settings.SMALLEST_COUNT_SHOWN
    cells = list(_cells(selection, covered))
    audit.record(
        by=by,
        action="movements.exported",
        changes={"since": selection.since, "until": selection.until, "rows": len(cells)},
    )
    return ((cell, str(cell["total"]) if cell["total"] >= limit else f"<{limit}") for cell in cells)


def _added_up(selection: Selection, covered: Coverage, by: tuple[str, ...]) -> list[Flow]:
    """The counts of closed days; of what leaves the area, the sum of the cells shown and how many are not."""
    is_shown = Q() if selection.is_exact else Q(people__gte=settings.SMALLEST_COUNT_SHOWN)
    sums = {"total": Coalesce(Sum("people", filter=is_shown), 0)}
    if not selection.is_exact:
        sums["hidden"] = Count("pk", filter=~is_shown)
    return [_flow(row) for row in _between_provinces(selection, covered).values(*by).annotate(**sums).order_by()]


def _closed(counts: type[Model], selection: Selection, covered: Coverage) -> QuerySet:
    rows = counts.objects.filter(checkpoint__in=selection.checkpoints, day__in=covered.closed)
    return _of_outcome(rows, selection)


def _of_outcome(rows: QuerySet, selection: Selection) -> QuerySet:
    return rows.filter(outcome=selection.outcome) if selection.outcome else rows


def _between_provinces(selection: Selection, covered: Coverage) -> QuerySet:
    rows = _closed(ProvinceMovement, selection, covered)
    return rows.annotate(origin_province=F("origin"), destination_province=F("destination"))


def _cells(selection: Selection, covered: Coverage) -> QuerySet:
    return _between_provinces(selection, covered).values(*CELL, total=F("people")).order_by(*CELL)


def _live_provinces(selection: Selection, day: date) -> list[dict]:
    rows = list(_of_outcome(movements_of(day, selection.checkpoints), selection))
    parents = dict(Unit.objects.filter(pk__in=_ends(rows)).values_list("pk", "parent"))
    for row in rows:
        for end in ("origin", "destination"):
            row[f"{end}_province"] = parents.get(row[end]) or row[end]
        row["total"] = row["people"]
    return rows


def _ends(rows: Iterable[dict]) -> set[int]:
    return {row[end] for row in rows for end in ("origin", "destination") if row[end]}


def _flow(row: dict) -> Flow:
    return Flow(
        people=row["total"],
        day=row.get("day"),
        origin=row.get("origin_province"),
        destination=row.get("destination_province"),
        outcome=row.get("outcome", ""),
        hidden=row.get("hidden", 0),
    )
