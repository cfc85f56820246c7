"""The facts of Vietnam's administrative units, read from residents/data/units.csv."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

UNITS_CSV = Path(__file__).parent / "data" / "units.csv"


@dataclass(frozen=True)
class UnitRow:
    """One unit during one spell of force; `code` alone names no unit, `(code, in_force_from)` does.

    Codes are text with leading zeros. A text that does not apply is empty. `in_force_from` is None for
    a unit older than our records, `in_force_until` (its last day) is None while it is in force.
    `parent_code` is of the same spell as the row; `successor_code` is of the spell that follows it.
    """

    code: str
    level: str
    parent_code: str
    name: str
    name_en: str
    kind: str
    in_force_from: date | None
    in_force_until: date | None
    cccd_prefix: str
    successor_code: str


def read_units(path: Path = UNITS_CSV) -> Iterator[UnitRow]:
    """The rows of the file in its order, which puts provinces before their wards.

    Raises ValueError for a row cut short or a date that is not YYYY-MM-DD, TypeError for an unknown column.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        records = csv.reader(lines)
        header = next(records)
        for cells in records:
            facts = dict(zip(header, cells, strict=True))
            dates = {name: _date_or_none(facts.pop(name)) for name in ("in_force_from", "in_force_until")}
            yield UnitRow(**facts, **dates)


def _date_or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
