"""Rows of a sheet on their way into the staging table: cells by the layout, then COPY.

Rows may come from anywhere: `stage` takes whatever yields Row objects.
"""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from typing import Any

from django.db.backends.utils import CursorWrapper

from vaccinations.imports.columns import Layout, doses_of
from vaccinations.imports.headings import OF_DOSE, Field
from vaccinations.imports.reading.sheet import Row
from vaccinations.models import SheetRow

# As they stand in the table, and in the lines made here.
TEXTS = (
    *("number", "full_name", "sex", "born", "phone", "province", "ward"),
    *("vaccine", "dose_number", "administered_on", "lot", "facility", "vaccinator"),
)
COLUMNS = ("dose_import_id", "row", "part", "is_ragged", *TEXTS)
COPY = (
    f"COPY {SheetRow._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
    f" (FORMAT csv, FORCE_NOT_NULL ({', '.join(TEXTS)}))"
)
LINES_A_COPY = 20_000
# Fields that are joined into another.
NAMES = (Field.FAMILY_NAME, Field.MIDDLE_NAME, Field.GIVEN_NAME)
BIRTH_PARTS = (Field.BORN_DAY, Field.BORN_MONTH, Field.BORN_YEAR)
JOINED = {Field.OLD_NUMBER, *NAMES, *BIRTH_PARTS, Field.BORN_MALE, Field.BORN_FEMALE, Field.MALE, Field.FEMALE}
# What stands in a column of marks where it is not so.
UNMARKED = frozenset({"", "0", "-"})


class CellPicker:
    """Takes from a row what the layout says it holds."""

    def __init__(self, layout: Layout) -> None:
        columns = list(enumerate(layout["columns"]))
        # In a spreadsheet every cell is in its column; in a CSV one separator too many moves all that follow.
        self.width = len(columns) if layout["kind"].startswith("csv") else None
        self.constants = {field: text for field, text in layout["constants"].items() if text}
        self.shared = {column["field"]: place for place, column in columns if column["field"] and not column["dose"]}
        self.doses = {
            dose: {
                column["field"]: place
                for place, column in columns
                if column["dose"] == dose and column["field"] in OF_DOSE
            }
            for dose in doses_of(layout)
        }
        self.plain = self._plain_places() if not self.doses and not JOINED & self.shared.keys() else None

    def _plain_places(self) -> list[tuple[int | None, str]]:
        """Where each text stands, and what is taken where it is empty: for sheets of one dose a row and no joined columns."""
        return [(self.shared.get(field), self.constants.get(field, "")) for field in TEXTS]

    def lines(self, row: Row) -> Iterator[list[Any]]:
        """Yields what is staged of the row: a line a dose, one at least."""
        if self.width is not None and any(cell and not cell.isspace() for cell in row.cells[self.width :]):
            # Something stands beyond the last heading: nothing in this row can be trusted to stand in its column.
            yield [row.number, 0, True, *[""] * len(TEXTS)]
            return
        if self.plain is not None:
            cells, end = row.cells, len(row.cells)
            texts = [
                (cells[place].strip() if place is not None and place < end else "") or constant
                for place, constant in self.plain
            ]
            yield [row.number, 0, False, *texts]
            return
        shared = self._person(self._picked(row.cells, self.shared))
        doses = [
            {**shared, **own, Field.DOSE_NUMBER: own.get(Field.DOSE_NUMBER) or str(dose)}
            for dose, places in self.doses.items()
            if (own := {field: text for field, text in self._picked(row.cells, places).items() if text})
        ]
        for part, facts in enumerate(doses or [shared]):
            yield [row.number, part, False, *[facts.get(field) or self.constants.get(field, "") for field in TEXTS]]

    @staticmethod
    def _picked(cells: list[str], places: dict[str, int]) -> dict[str, str]:
        return {field: cells[place].strip() if place < len(cells) else "" for field, place in places.items()}

    @staticmethod
    def _person(facts: dict[str, str]) -> dict[str, str]:
        """Columns that stand for one fact, joined; where a birth stands says the sex."""
        name = " ".join(filter(None, (facts.get(field, "") for field in NAMES)))
        facts[Field.FULL_NAME] = facts.get(Field.FULL_NAME) or name
        facts[Field.NUMBER] = facts.get(Field.NUMBER) or facts.get(Field.OLD_NUMBER, "")
        facts[Field.BORN] = facts.get(Field.BORN) or _birth_of_parts([facts.get(field, "") for field in BIRTH_PARTS])
        for field, sex in ((Field.BORN_MALE, "Nam"), (Field.BORN_FEMALE, "Nữ")):
            if facts.get(field) and not facts.get(Field.BORN):
                facts[Field.BORN] = facts[field]
                facts[Field.SEX] = facts.get(Field.SEX) or sex
        marked = [field for field in (Field.MALE, Field.FEMALE) if facts.get(field, "") not in UNMARKED]
        if len(marked) == 1:
            facts[Field.SEX] = facts.get(Field.SEX) or ("Nam" if marked == [Field.MALE] else "Nữ")
        return facts


def _birth_of_parts(parts: list[str]) -> str:
    """The birth written as one, as far as it is known from its end: of a day without its month only the year."""
    day, month, year = ["" if part.strip("0") == "" else part.removesuffix(".0") for part in parts]
    return "/".join(filter(None, (day if month else "", month, year) if year else parts))


def chunks(rows: Iterable[Row], layout: Layout) -> Iterator[list[list[Any]]]:
    """Yields the lines to be staged in pieces of LINES_A_COPY or a few more: the doses of a row are never parted."""
    picker, rows = CellPicker(layout), iter(rows)
    while taken := list(islice(rows, LINES_A_COPY // max(1, len(picker.doses)))):
        yield [line for row in taken for line in picker.lines(row)]


def stage(cursor: CursorWrapper, dose_import_id: int, lines: list[list[Any]]) -> None:
    """Copies the lines into the staging table."""
    text = StringIO()
    csv.writer(text).writerows([dose_import_id, *line] for line in lines)
    text.seek(0)
    cursor.copy_expert(COPY, text)
