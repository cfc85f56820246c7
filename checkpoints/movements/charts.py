"""Bars as SVG numbers, drawn by templates/checkpoints/movements/_bars.html. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 240, 56, 24, 28
LABELS = 12


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


def round_above(value: int) -> int:
    """Returns the least of 2, 4, 6, 8, 10, 20, 40 … that is no less than the value; its half is whole too."""
    scale = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if step * scale >= value:
                return step * scale
        scale *= 10
