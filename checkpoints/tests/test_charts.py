"""Bars: from zero, and in proportion."""

import pytest

from checkpoints.movements.charts import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, bars, round_above


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
