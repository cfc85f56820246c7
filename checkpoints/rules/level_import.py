"""Brings risk levels in from a CSV: all rows or none. A new level ends the one before it on the day before."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO

from django.db import transaction
from django.utils.translation import gettext as _

from checkpoints.models import RiskLevel
from residents.models import Unit
from vaxreg import audit
from vaxreg.actors import Actor

HEADINGS = ["code", "level", "in_force_from", "in_force_until", "source"]
LONGEST_SOURCE = 250


class LevelsError(ValueError):
    """The file was not imported; `problems` are sentences, each with its row."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True)
class LevelRow:
    """`row` is its number in the file as a spreadsheet counts: the headings are row 1."""

    row: int
    code: str
    level: int
    in_force_from: date
    in_force_until: date | None
    source: str


def read_levels(text: str) -> list[LevelRow]:
    """Returns the rows of the file. Raises LevelsError naming every row that cannot be read."""
    text = text.removeprefix("\ufeff")
    # Where a comma is the decimal sign, as in Vietnam, spreadsheets write semicolons.
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(StringIO(text), delimiter=delimiter)
    if [(name or "").strip() for name in reader.fieldnames or []] != HEADINGS:
        raise LevelsError([_("row 1: the headings are not %(names)s") % {"names": ",".join(HEADINGS)}])
    rows, problems = [], []
    for number, cells in enumerate(reader, start=2):
        try:
            rows.append(_row(number, cells))
        except ValueError as error:
            problems.append(_("row %(row)d: %(problem)s") % {"row": number, "problem": error})
    if problems:
        raise LevelsError(problems)
    return rows


@transaction.atomic
def import_levels(*, by: Actor, rows: Iterable[LevelRow]) -> dict[str, int]:
    """Returns how many levels were added, ended and unchanged; the same file again adds and ends none.

    A level of the file with the first day of one that is kept replaces it. Raises LevelsError for codes of no unit in force
    on the row's first day, and for two rows of one unit that overlap.
    """
    # Two imports at once wait for each other: each must see the levels that it ends.
    list(Unit.objects.provinces().select_for_update(of=("self",)).order_by("pk")[:1])
    rows = sorted(rows, key=lambda row: (row.code, row.in_force_from))
    units = _units(rows)
    counts = {"added": 0, "ended": 0, "unchanged": 0}
    for row in rows:
        _bring_in(row, units[row.row], counts)
    if counts["added"] or counts["ended"]:
        levels = [[row.code, row.level, row.in_force_from, row.in_force_until] for row in rows]
        audit.record(by=by, action="risklevels.imported", changes=counts | {"levels": levels})
    return counts


@dataclass(frozen=True)
class Trial:
    """What an import would do: its counts, and the rows with the units that they mean."""

    counts: dict[str, int]
    rows: list[tuple[LevelRow, Unit]]


@transaction.atomic
def try_levels(*, by: Actor, rows: Iterable[LevelRow]) -> Trial:
    """Returns what the import of the rows would do, and does nothing. Raises LevelsError as the import would."""
    rows = list(rows)
    units = _units(sorted(rows, key=lambda row: (row.code, row.in_force_from)))
    counts = import_levels(by=by, rows=rows)
    transaction.set_rollback(True)
    return Trial(counts, [(row, units[row.row]) for row in rows])


def _bring_in(row: LevelRow, unit: Unit, counts: dict[str, int]) -> None:
    facts = {"level": row.level, "source": row.source, "in_force_until": row.in_force_until}
    kept = RiskLevel.objects.filter(unit=unit, in_force_from=row.in_force_from).first()
    if kept and _is_same(kept, row):
        counts["unchanged"] += 1
        return
    earlier = RiskLevel.objects.filter(unit=unit).exclude(in_force_from__gte=row.in_force_from)
    still = earlier.exclude(in_force_until__lt=row.in_force_from)
    counts["ended"] += still.update(in_force_until=row.in_force_from - timedelta(days=1))
    following = (
        RiskLevel.objects.filter(unit=unit, in_force_from__gt=row.in_force_from).order_by("in_force_from").first()
    )
    if following and (row.in_force_until is None or row.in_force_until >= following.in_force_from):
        facts["in_force_until"] = following.in_force_from - timedelta(days=1)
    RiskLevel.objects.update_or_create(unit=unit, in_force_from=row.in_force_from, defaults=facts)
    counts["added"] += 1


def _is_same(kept: RiskLevel, row: LevelRow) -> bool:
    """An open end that a later level has closed since is the same row still."""
    same = (kept.level, kept.source) == (row.level, row.source)
    if row.in_force_until is None or kept.in_force_until == row.in_force_until:
        return same
    next_day = kept.in_force_until + timedelta(days=1) if kept.in_force_until else None
    return same and RiskLevel.objects.filter(unit=kept.unit_id, in_force_from=next_day).exists()


def _units(rows: list[LevelRow]) -> dict[int, Unit]:
    """Row number → unit: a code alone names none, the unit is the one in force on the row's first day."""
    found: dict[str, list[Unit]] = {}
    for unit in Unit.objects.filter(code__in={row.code for row in rows}):
        found.setdefault(unit.code, []).append(unit)
    units, problems, before = {}, [], {}
    for row in rows:
        of_code = [unit for unit in found.get(row.code, ()) if unit.is_in_force(row.in_force_from)]
        previous = before.get(row.code)
        if not of_code:
            problems.append(_("row %(row)d: no unit has the code %(code)s on that day") % vars(row))
        elif previous and previous.in_force_from == row.in_force_from:
            problems.append(_("row %(row)d: the unit %(code)s has another level from the same day") % vars(row))
        else:
            units[row.row] = of_code[0]
        before[row.code] = row
    if problems:
        raise LevelsError(problems)
    return units


def _row(number: int, cells: dict[str | None, str | None]) -> LevelRow:
    if None in cells or None in cells.values():
        raise ValueError(_("it has not as many columns as the headings"))
    said = {name: value.strip() for name, value in cells.items()}
    if said["level"] not in ("1", "2", "3", "4"):
        raise ValueError(_("the level is 1, 2, 3 or 4"))
    begins, ends = _day(said["in_force_from"]), _day(said["in_force_until"])
    if not said["code"] or begins is None:
        raise ValueError(_("code and in_force_from must be given"))
    if ends and ends < begins:
        raise ValueError(_("it ends before it begins"))
    if len(said["source"]) > LONGEST_SOURCE:
        raise ValueError(_("the source is longer than %(most)d characters") % {"most": LONGEST_SOURCE})
    return LevelRow(number, said["code"], int(said["level"]), begins, ends, said["source"])


def _day(text: str) -> date | None:
    """2026-11-23 or 23/11/2026."""
    if not text:
        return None
    day, slash, rest = text.partition("/")
    month, _slash, year = rest.partition("/")
    try:
        return date(int(year), int(month), int(day)) if slash else date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(_("“%(text)s” is no date like 23/11/2026 or 2026-11-23") % {"text": text[:20]}) from error
