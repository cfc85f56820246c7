"""Figures and tables of people who moved: sums that say whether something is left out of them. Pure."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


class Counted(Protocol):
    """People of one kind; `hidden` counts the cells left out, where there are any."""

    people: int


@dataclass(frozen=True)
class Figure:
    """A number as it is shown: 12, or ≥ 12 where small cells are left out, or • where nothing but small cells is."""

    people: int = 0
    hidden: int = 0

    def __str__(self) -> str:
        if self.hidden:
            return f"≥ {self.people}" if self.people else "•"
        return str(self.people)


@dataclass(frozen=True)
class Row:
    """One line of a table: whose it is, its figures by column, and all of them together."""

    key: object
    figures: tuple[Figure, ...]
    total: Figure


@dataclass(frozen=True)
class Table:
    """`columns` are keys; rows and columns come the largest first, what was not declared last."""

    columns: tuple[object, ...]
    rows: tuple[Row, ...]
    totals: tuple[Figure, ...]
    total: Figure


def total_of(things: Iterable[Counted]) -> Figure:
    """Returns all of them as one figure."""
    things = list(things)
    return Figure(sum(thing.people for thing in things), sum(getattr(thing, "hidden", 0) for thing in things))


def tabulated(
    things: Collection[Counted],
    row_of: Callable[[Counted], object],
    column_of: Callable[[Counted], object],
    columns: Iterable[object] | None = None,
) -> Table:
    """Returns the table of row × column, with sums at both edges. Without `columns`: those that occur."""
    cells = defaultdict(list)
    for thing in things:
        cells[row_of(thing), column_of(thing)].append(thing)
    columns = tuple(columns or _largest_first(things, column_of))
    rows = []
    for key in _largest_first(things, row_of):
        figures = tuple(total_of(cells.get((key, column), ())) for column in columns)
        rows.append(Row(key, figures, total_of(figures)))
    totals = tuple(total_of(row.figures[place] for row in rows) for place in range(len(columns)))
    return Table(columns, tuple(rows), totals, total_of(totals))


def _largest_first(things: Iterable[Counted], key_of: Callable[[Counted], object]) -> list[object]:
    sums = defaultdict(int)
    for thing in things:
        sums[key_of(thing)] += thing.people
    return sorted(sums, key=lambda key: (key is None, -sums[key], str(key)))
