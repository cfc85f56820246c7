"""What the movement pages show: tables, their names, and the bars above them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from checkpoints.models import Checkpoint, CheckpointHour, ClosedDay
from checkpoints.movements import charts
from checkpoints.movements.flows import OUTCOMES, Selection, WardFlow, coverage, province_flows, ward_flows
from checkpoints.movements.rollups import bounds, hours_of
from checkpoints.movements.tables import Figure, Table, tabulated
from checkpoints.querysets import PassageQuerySet
from residents.models import Unit
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.keyset import key_text

# The moment and key at the edge of a page.
Place = tuple[datetime, int]
LEVELS = (1, 2, 3, 4, None)
OUTCOME_LABELS = {outcome.value: outcome.label for outcome in OUTCOMES}


def overview(selection: Selection, today: date) -> dict[str, Any]:
    """The matrix, the outcomes and the days of a selection."""
    covered = coverage(selection, today)
    flows, by_days = province_flows(selection, covered)
    matrix = tabulated(flows, lambda flow: flow.origin, lambda flow: flow.destination)
    names = names_of(end for flow in flows for end in (flow.origin, flow.destination))
    by_day = tabulated(by_days, lambda flow: flow.day, lambda flow: flow.outcome, OUTCOME_LABELS)
    totals = {row.key: row for row in by_day.rows}
    days = [(date_format(day, "d/m"), totals[day].total.people if day in totals else 0) for day in selection.days]
    return {
        "covered": covered,
        "matrix": named_table(matrix, names),
        "by_day": [(day, totals[day]) for day in selection.days if day in totals],
        "outcomes": OUTCOME_LABELS.values(),
        "by_day_total": by_day,
        "chart": charts.bars(days) if len(days) > 1 else None,
        "largest": charts.ranked(_ways(matrix), lambda way: f"{names[way[0]]} → {names[way[1]]}"),
    }


def _ways(matrix: Table) -> Iterator[tuple[tuple[int | None, int | None], Figure]]:
    """Each way from province to province with its figure."""
    for row in matrix.rows:
        for column, figure in zip(matrix.columns, row.figures, strict=True):
            if figure.people:
                yield (row.key, column), figure


def names_of(keys: Iterable[int | None]) -> dict[int | None, str]:
    """Names of units by key; nobody has declared what has none."""
    return {pk: str(unit) for pk, unit in Unit.objects.in_bulk({key for key in keys if key}).items()} | {
        None: _("Not declared")
    }


def named_table(table: Table, names: dict[int | None, str]) -> dict[str, Any]:
    """The table with its rows and columns beside their names, and how dark each of its figures is."""
    largest = max((figure.people for row in table.rows for figure in row.figures), default=0)
    return {
        "columns": [(key, names[key]) for key in table.columns],
        "rows": [
            (
                row.key,
                names[row.key],
                row.total,
                [(figure, charts.shade(figure.people, largest)) for figure in row.figures],
            )
            for row in table.rows
        ],
        "totals": table.totals,
        "total": table.total,
    }


def wards(selection: Selection, province: str, today: date) -> dict[str, Any]:
    """Arrivals and departures of the wards of a province, by level of the origin and by outcome."""
    covered = coverage(selection, today)
    found = (
        Unit.objects.provinces().filter(pk=province).first() if province.isdecimal() and len(province) < 10 else None
    )
    if found is None:
        return {"province": None}
    ends = {end: ward_table(ward_flows(selection, covered, found.pk, end)) for end in ("destination", "origin")}
    levels = [_("level %(level)s") % {"level": level} if level else _("level unknown") for level in LEVELS]
    return {
        "covered": covered,
        "province": found,
        "levels": levels,
        "outcomes": OUTCOME_LABELS.values(),
        "arrivals": ends["destination"],
        "departures": ends["origin"],
    }


def ward_table(flows: list[WardFlow]) -> dict[str, Any]:
    """Rows of (name, by level, by outcome), the largest first, and the sums below."""
    levels = tabulated(flows, lambda flow: flow.ward, lambda flow: flow.level, LEVELS)
    outcomes = tabulated(flows, lambda flow: flow.ward, lambda flow: flow.outcome, OUTCOME_LABELS)
    names = names_of(flow.ward for flow in flows) | {None: _("Ward not known")}
    pairs = zip(levels.rows, outcomes.rows, strict=True)
    return {
        "rows": [(names[row.key], row, outcome.figures) for row, outcome in pairs],
        "levels": levels,
        "outcomes": outcomes.totals,
        "largest": charts.ranked(((row.key, row.total) for row in levels.rows), lambda key: str(names[key])),
    }


def csv_rows(cells: Iterable[tuple[dict, str]]) -> Iterator[list[object]]:
    """The header, then a row for each cell that may leave the area."""
    cells = list(cells)
    units = names_of(cell[end] for cell, _people in cells for end in ("origin_province", "destination_province"))
    checkpoints = Checkpoint.objects.in_bulk({cell["checkpoint"] for cell, _people in cells})
    yield [_("Day"), _("Checkpoint"), _("From"), _("To"), _("Outcome"), _("People")]
    for cell, people in cells:
        ends = [units[cell["origin_province"]], units[cell["destination_province"]]]
        label = OUTCOME_LABELS[cell["outcome"]]
        yield [cell["day"].isoformat(), checkpoints[cell["checkpoint"]], *ends, label, people]


def hours(checkpoint: Checkpoint, day: date, today: date) -> dict[str, Any]:
    """The hours of a checkpoint's day: from the finished day, else counted now."""
    is_closed = ClosedDay.objects.filter(day=day).exists()
    begin, end = bounds(day)
    kept = CheckpointHour.objects.filter(checkpoint=checkpoint, hour__gte=begin, hour__lt=end)
    rows = kept.values("hour", "outcome", "passages", "median_seconds") if is_closed else hours_of(day, [checkpoint.pk])
    by_hour = defaultdict(dict)
    for row in rows:
        by_hour[timezone.localtime(row["hour"]).hour][row["outcome"]] = row
    totals = {hour: found[""]["passages"] for hour, found in by_hour.items()}
    return {
        "checkpoint": checkpoint,
        "day": day,
        "is_closed": is_closed,
        "hours": [hour_row(hour, by_hour[hour]) for hour in sorted(by_hour)],
        "outcomes": OUTCOME_LABELS.values(),
        "total": sum(totals.values()),
        "busiest": max(totals, key=totals.get, default=None),
        "chart": charts.bars([(f"{hour}", totals.get(hour, 0)) for hour in range(24)]),
        "previous": day - timedelta(days=1),
        "next": day + timedelta(days=1) if day < today else None,
    }


def hour_row(hour: int, found: dict[str, dict]) -> tuple[int, list[int], int, float | None]:
    """(hour, passages by outcome, all passages, median seconds)."""
    by_outcome = [found[outcome]["passages"] if outcome in found else 0 for outcome in OUTCOME_LABELS]
    return hour, by_outcome, found[""]["passages"], found[""]["median_seconds"]


@transaction.atomic
def passages(
    said: dict[str, Any], among: PassageQuerySet, *, after: Place | None, before: Place | None, size: int, by: Actor
) -> dict[str, Any]:
    """One page of a checkpoint's passages on a day; looking is logged."""
    listed = among.filter(checkpoint=said["checkpoint"]).within(*bounds(said["day"]))
    if said["outcome"]:
        listed = listed.filter(outcome=said["outcome"])
    listed = listed.with_names().with_cancellation().select_related("officer", "origin", "destination")
    if before:
        found, has_newer = listed.page_before(before, size)
        has_older = True
    else:
        found, has_older = listed.page(after, size)
        has_newer = after is not None
    audit.record(
        by=by,
        action="passages.listed",
        subject=said["checkpoint"],
        changes={"day": said["day"], "outcome": said["outcome"], "count": len(found)},
    )
    return {
        "checkpoint": said["checkpoint"],
        "day": said["day"],
        "outcome": said["outcome"],
        "passages": found,
        "older": key_text(found[-1].decided_at, found[-1].pk) if found and has_older else "",
        "newer": key_text(found[0].decided_at, found[0].pk) if found and has_newer else "",
    }
