"""A file as one table: its sheets to choose from, its row of headings, and its rows of text with their numbers."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import SEEK_END
from itertools import islice
from typing import BinaryIO

from python_calamine import CalamineWorkbook

from vaccinations.imports.headings import joined, recognised
from vaccinations.imports.reading.faults import UnreadableFileError
from vaccinations.imports.reading.old_fonts import Reading, fonts_of, in_unicode, reading_of
from vaccinations.imports.reading.text import csv_rows, encoding_of
from vaccinations.imports.reading.workbook import (
    counts_from_1904,
    is_workbook,
    load_sheet,
    open_workbook,
    sheet_rows,
    worksheets,
)

# Titles, the name of the province, a line for the signature: headings come soon or not at all.
MOST_LINES_ABOVE = 40
# A row of headings names at least so many of our fields.
FEWEST_HEADINGS = 3
MOST_HEAD_ROWS = 3
# Fewer in the row above are a title that happens to name one.
LEAST_ABOVE = 2
MOST_COLUMNS = 300
SAMPLED_ROWS = 20


@dataclass(frozen=True)
class Row:
    """One row of the sheet: `number` as a spreadsheet counts it."""

    number: int
    cells: list[str]


@dataclass
class Sheet:
    """A table found in the file. `headings` stand in row `heading_row` and, where the head has two rows, the one below."""

    kind: str
    name: str
    names: list[str]
    heading_row: int
    head_rows: int
    headings: list[str]
    samples: list[list[str]] = field(repr=False)
    _rows: Callable[[], Iterable[list[str]]] = field(repr=False)
    since_1904: bool = False
    # How the columns are read that were typed in a font from before Unicode.
    fonts: dict[int, Reading] = field(default_factory=dict, repr=False)
    # Other sheets of the workbook with headings of ours, and how many rows they have: they are not read.
    others: dict[str, int] = field(default_factory=dict)
    # How much there is to read, and how much was: rows of a workbook, bytes of a text.
    size: int = 0
    _position: Callable[[], int] | None = field(default=None, repr=False)
    _read: int = field(default=0, repr=False)

    def progress(self) -> tuple[int, int]:
        """How much has been read, and of how much."""
        return self._position() if self._position else self._read, self.size

    def rows(self) -> Iterator[Row]:
        """Yields the rows below the headings that are not empty."""
        first = self.heading_row + self.head_rows
        for number, cells in enumerate(self._rows(), start=1):
            self._read = number
            if number >= first and any(cell and not cell.isspace() for cell in cells):
                yield Row(number, in_unicode(cells, self.fonts))


def open_sheet(file: BinaryIO, *, name: str = "", heading_row: int = 0) -> Sheet:
    """Returns the table of the file. Without `name` or `heading_row` the sheet and the row with the best headings are found.

    Raises UnreadableFileError; "no-headings" only where there is no row at all that could be one.
    """
    if is_workbook(file):
        return _from_workbook(file, name, heading_row)
    encoding = encoding_of(file)
    sheet = _found("csv " + encoding, "", [], lambda: csv_rows(file, encoding), heading_row)
    sheet.size, sheet._position = file.seek(0, SEEK_END), file.tell
    return sheet


def _from_workbook(file: BinaryIO, name: str, heading_row: int) -> Sheet:
    """The first sheet with headings of ours, else the one with the best; only one of them is kept in memory."""
    workbook, best, others = open_workbook(file), None, {}
    names = worksheets(workbook)
    if name and name not in names:
        raise UnreadableFileError("no-such-sheet")
    for table in [name] if name else names:
        found = _table(workbook, table, names, heading_row)
        if found and (best is None or (not _is_list(best) and recognised(found.headings) > recognised(best.headings))):
            best = found
        elif found and _is_list(found):
            others[table] = found.size + 1 - found.heading_row - found.head_rows
    if best is None:
        is_empty = not any(load_sheet(workbook, table).height for table in names)
        raise UnreadableFileError("empty" if is_empty else "no-headings")
    best.since_1904, best.others = counts_from_1904(file), others
    return best


def _table(workbook: CalamineWorkbook, name: str, names: list[str], heading_row: int) -> Sheet | None:
    cells = load_sheet(workbook, name)
    if not cells.height:
        return None
    # A cover has a title in one cell, and no headings.
    with suppress(UnreadableFileError):
        sheet = _found("workbook", name, names, lambda: sheet_rows(cells), heading_row)
        sheet._rows = partial(sheet_rows, cells, filled_from=sheet.heading_row + sheet.head_rows)
        sheet.size = cells.end[0] + 1 if cells.end else 0
        return sheet
    return None


def _is_list(sheet: Sheet) -> bool:
    return recognised(sheet.headings) >= FEWEST_HEADINGS and bool(sheet.samples)


def _found(kind: str, name: str, names: list[str], rows: Callable[[], Iterable[list[str]]], heading_row: int) -> Sheet:
    top = list(islice(rows(), MOST_LINES_ABOVE + SAMPLED_ROWS))
    place = min(heading_row, len(top)) - 1 if heading_row else _head_place(top)
    headings, head_rows = _head_at(top, place)
    below = [row for row in top[place + head_rows :] if any(row)]
    while headings and not headings[-1] and not any(any(row[len(headings) - 1 :]) for row in below):
        headings.pop()
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFileError("too-wide")
    fonts = fonts_of(below[:SAMPLED_ROWS], len(headings))
    samples = [in_unicode(row, fonts) for row in below[:SAMPLED_ROWS]]
    return Sheet(kind, name, names, place + 1, head_rows, headings, samples, rows, fonts=fonts)


def _head_in_unicode(cells: list[str]) -> list[str]:
    reading = reading_of(cells)
    return [reading(cell) for cell in cells] if reading else cells


def _heading_place(top: list[list[str]]) -> int:
    """The row with most headings of ours; without any, the first that has at least two cells."""
    scores = [recognised(_head_in_unicode(cells)) for cells in top[:MOST_LINES_ABOVE]]
    if scores and max(scores) >= FEWEST_HEADINGS:
        return scores.index(max(scores))
    for place, cells in enumerate(top):
        if sum(map(bool, cells)) > 1:
            return place
    raise UnreadableFileError("no-headings" if top else "empty")


def _head_place(top: list[list[str]]) -> int:
    """The first row of the head: above the row with most headings may stand those of cells merged over two rows."""
    place = _heading_place(top)
    while place and recognised(_head_in_unicode(top[place - 1])) >= LEAST_ABOVE:
        if recognised(_head_at(top, place - 1)[0]) <= recognised(_head_at(top, place)[0]):
            break
        place -= 1
    return place


def _head_at(top: list[list[str]], place: int) -> tuple[list[str], int]:
    return _head([_head_in_unicode(row) for row in top[place : place + MOST_HEAD_ROWS]])


def _head(rows: list[list[str]]) -> tuple[list[str], int]:
    """The headings, joined from as many rows as add some: "Mũi 1" stands over columns of its own."""
    best, head_rows, head = rows[0], 1, rows[0]
    for count, under in enumerate(rows[1:], start=2):
        if not any(under) or any(cell.strip().isdigit() for cell in under):
            break
        head = joined(head, under)
        if recognised(under) >= 2 and recognised(head) > recognised(best):
            best, head_rows = head, count
    return [" ".join(heading.split()) for heading in best], head_rows
