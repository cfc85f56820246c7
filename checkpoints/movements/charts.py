"""Pictures of numbers: bars, ranked bars and shades of a table, drawn by templates/checkpoints/movements/. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import TypeVar

from checkpoints.movements.tables import Counted

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 240, 56, 24, 28
LABELS = 12
Key = TypeVar("Key")
MOST_RANKED, SHADES = 10, 5


@dataclass(frozen=True)
class Bar:
    """Places in the drawing's own units; `label` is empty where labels would run into each other."""

    label: str
    value: int
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Tick:
    value: int
    y: float


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def bars(values: Sequence[tuple[str, int]]) -> Chart | None:
    """Returns the bars of (label, value), on an axis from zero to a round number; None where all are zero."""
    if not any(value for _label, value in values):
        return None
    top = round_above(max(value for _label, value in values))
    room, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT) / len(values)
    every = -(-len(values) // LABELS)
    drawn = tuple(
        Bar(
            label=label if place % every == 0 else "",
            value=value,
            x=round(LEFT + step * (place + 0.1), 1),
            y=round(TOP + room * (1 - value / top), 1),
            width=round(step * 0.8, 1),
            height=round(room * value / top, 1),
        )
        for place, (label, value) in enumerate(values)
    )
    return Chart(drawn, tuple(Tick(value, round(TOP + room * (1 - value / top), 1)) for value in (0, top // 2, top)))


@dataclass(frozen=True)
class Ranked:
    """One bar of a ranking; `width` is the part of the longest, of 100."""

    label: str
    figure: str
    width: float


def ranked(values: Iterable[tuple[Key, Counted]], label_of: Callable[[Key], str] = str) -> list[Ranked]:
    """Returns the largest of (key, figure), the largest first, on one axis from zero; none where fewer than two are."""
    found = sorted(values, key=lambda value: -value[1].people)[:MOST_RANKED]
    found = [(key, figure) for key, figure in found if figure.people]
    longest = found[0][1].people if len(found) > 1 else 0
    return [
        Ranked(label_of(key), str(figure), round(100 * figure.people / longest, 1)) for key, figure in found if longest
    ]


def shade(value: int, largest: int) -> int:
    """Returns how dark a cell of a table is, of 0 (nothing) to 5 (the largest).

    By the square root: of two cells that are both small beside the largest, the larger is still the darker one.
    """
    return ceil(SHADES * sqrt(value / largest)) if value else 0


def round_above(value: int) -> int:
    """Returns the least of 2, 4, 6, 8, 10, 20, 40 … that is no less than the value; its half is whole too."""
    scale = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if step * scale >= value:
                return step * scale
        scale *= 10
