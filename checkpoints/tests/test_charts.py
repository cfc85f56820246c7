"""Bars: from zero, and in proportion."""

import pytest

from checkpoints.movements.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, bars, ranked, round_above, shade
from checkpoints.movements.tables import Figure


def test_bars_stand_on_zero_in_proportion():
    chart = bars([("a", 5), ("b", 10), ("c", 0)])
    assert [bar.height for bar in chart.bars] == [(HEIGHT - TOP - BOTTOM) / 2, HEIGHT - TOP - BOTTOM, 0]
    assert {round(bar.y + bar.height, 1) for bar in chart.bars} == {chart.base}
    assert (chart.ticks[0].value, chart.ticks[0].y) == (0, chart.base)
    assert LEFT <= chart.bars[0].x < chart.bars[-1].x + chart.bars[-1].width <= WIDTH


def test_nothing_to_show_is_no_chart():
    assert bars([("a", 0)]) is None
    assert bars([]) is None


def test_labels_do_not_run_into_each_other():
    chart = bars([(str(n), 1) for n in range(31)])
    assert sum(bool(bar.label) for bar in chart.bars) <= 12
    assert chart.bars[0].label == "0"


@pytest.mark.parametrize(
    ("value", "top"), [(1, 2), (2, 2), (3, 4), (9, 10), (11, 20), (100, 100), (101, 200), (54_321, 60_000)]
)
def test_axis_ends_at_a_round_number_with_a_whole_half(value, top):
    assert round_above(value) == top
    assert top % 2 == 0


def test_ranking_has_the_largest_first_on_one_axis_from_zero():
    found = ranked([("a", Figure(5)), ("b", Figure(20)), ("c", Figure(0)), ("d", Figure(10, 1))])
    assert [(bar.label, bar.figure, bar.width) for bar in found] == [
        *(("b", "20", 100.0), ("d", "≥ 10", 50.0), ("a", "5", 25.0))
    ]


def test_ranking_of_many_is_cut_and_of_one_is_none():
    assert len(ranked((str(number), Figure(number + 1)) for number in range(30))) == 10
    assert ranked([("a", Figure(5)), ("b", Figure(0))]) == []


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 1), (4, 1), (5, 2), (16, 2), (50, 4), (100, 5)])
def test_shade_tells_small_figures_apart_beside_a_large_one(value, expected):
    assert shade(value, 100) == expected
