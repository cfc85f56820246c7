"""A file as one table: its sheets to choose from, its row of headings, and its rows of text with their numbers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from itertools import islice
from typing import BinaryIO

from vaccinations.imports.headings import joined, recognised
from vaccinations.imports.reading.faults import UnreadableFileError
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
    since_1904: bool
    heading_row: int
    head_rows: int
    headings: list[str]
    samples: list[list[str]] = field(repr=False)
    _rows: Callable[[], Iterable[list[str]]] = field(repr=False)
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
                yield Row(number, cells)


def open_sheet(file: BinaryIO, *, name: str = "", heading_row: int = 0) -> Sheet:
    """Returns the table of the file. Without `name` or `heading_row` the sheet and the row with the best headings are found.

    Raises UnreadableFileError; "no-headings" only where there is no row at all that could be one.
    """
    if is_workbook(file):
        return _from_workbook(file, name, heading_row)
    encoding = encoding_of(file)
    sheet = _found("csv " + encoding, "", [], False, lambda: csv_rows(file, encoding), heading_row)
    sheet.size, sheet._position = file.seek(0, SEEK_END), file.tell
    return sheet


def _from_workbook(file: BinaryIO, name: str, heading_row: int) -> Sheet:
    workbook, best = open_workbook(file), None
    names = worksheets(workbook)
    since_1904 = counts_from_1904(file)
    for candidate in [name] if name in names else names:
        cells = load_sheet(workbook, candidate)
        if not cells.height:
            continue
        found = _found("workbook", candidate, names, since_1904, lambda cells=cells: sheet_rows(cells), heading_row)
        found.size = cells.total_height
        if best is None or recognised(found.headings) > recognised(best.headings):
            best = found
        if recognised(best.headings) >= FEWEST_HEADINGS:
            break
    if best is None:
        raise UnreadableFileError("empty")
    return best


def _found(
    kind: str,
    name: str,
    names: list[str],
    since_1904: bool,
    rows: Callable[[], Iterable[list[str]]],
    heading_row: int,
) -> Sheet:
    top = list(islice(rows(), MOST_LINES_ABOVE + SAMPLED_ROWS))
    place = min(heading_row, len(top)) - 1 if heading_row else _heading_place(top)
    head_rows = 2 if _has_two_rows(top, place) else 1
    headings = joined(top[place], top[place + 1]) if head_rows == 2 else top[place]
    headings = [" ".join(heading.split()) for heading in headings]
    below = [row for row in top[place + head_rows :] if any(row)]
    while headings and not headings[-1] and not any(any(row[len(headings) - 1 :]) for row in below):
        headings.pop()
    if len(headings) > MOST_COLUMNS:
        raise UnreadableFileError("too-wide")
    return Sheet(kind, name, names, since_1904, place + 1, head_rows, headings, below[:SAMPLED_ROWS], rows)


def _heading_place(top: list[list[str]]) -> int:
    """The row with most headings of ours; without any, the first that has at least two cells."""
    scores = [recognised(cells) for cells in top[:MOST_LINES_ABOVE]]
    if scores and max(scores) >= FEWEST_HEADINGS:
        return scores.index(max(scores))
    for place, cells in enumerate(top):
        if sum(map(bool, cells)) > 1:
            return place
    raise UnreadableFileError("no-headings" if top else "empty")


def _has_two_rows(top: list[list[str]], place: int) -> bool:
    """Whether "Mũi 1" stands over columns of its own: some headings have nothing below, and some of those below add fields."""
    if place + 1 >= len(top):
        return False
    over, under = top[place], top[place + 1]
    if not any(under) or any(cell.strip().isdigit() for cell in under):
        return False
    both = recognised(joined(over, under))
    return recognised(under) >= 2 and both > recognised(over)
