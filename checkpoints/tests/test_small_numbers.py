"""What leaves the area: no total, filter or difference of two answers gives a small number away."""

from datetime import date
from itertools import chain, combinations, product

import pytest

from checkpoints.models import ClosedDay, ProvinceMovement
from checkpoints.movements.flows import Selection, coverage, province_flows
from checkpoints.movements.tables import Figure, tabulated
from checkpoints.tests.factories import CheckpointFactory
from residents.tests.factories import UnitFactory

DAY = date(2021, 10, 5)


@pytest.fixture
def cells(db):
    """Two checkpoints, two origins and none declared, two outcomes; sizes on both sides of the limit."""
    ClosedDay.objects.create(day=DAY, closed_at="2021-10-06T00:00:00Z")
    posts, origins, there = (
        [CheckpointFactory(), CheckpointFactory()],
        [UnitFactory(), UnitFactory(), None],
        UnitFactory(),
    )
    keys = product(posts, origins, ["passed", "testing"])
    return [
        ProvinceMovement.objects.create(
            day=DAY, checkpoint=post, origin=origin, destination=there, outcome=outcome, people=people
        )
        for (post, origin, outcome), people in zip(keys, [5, 4, 1, 12, 3, 9, 2, 4, 7, 30, 1, 5], strict=True)
    ]


def both_flows(checkpoints, outcome=""):
    selection = Selection(tuple(checkpoints), DAY, DAY, outcome, is_exact=False)
    return province_flows(selection, coverage(selection, date(2021, 10, 6)))


def flows_of(checkpoints, outcome=""):
    by_pair, by_day = both_flows(checkpoints, outcome)
    return sorted([*by_pair, *by_day], key=lambda flow: (flow.origin or 0, flow.outcome))


def answers(cells):
    """What every filter answers: each set of checkpoints with each outcome."""
    posts = sorted({cell.checkpoint_id for cell in cells})
    sets = chain.from_iterable(combinations(posts, size) for size in range(1, len(posts) + 1))
    return [flows_of(chosen, outcome) for chosen in sets for outcome in ("", "passed", "testing")]


def test_cells_below_the_limit_are_left_out_one_by_one(cells):
    first = cells[0].checkpoint_id
    for outcome, expected in (("passed", (5, 0)), ("testing", (0, 1)), ("", (5, 1))):
        found = [flow for flow in flows_of([first], outcome) if flow.origin == cells[0].origin_id]
        assert [(flow.people, flow.hidden) for flow in found] == [expected]
    both = flows_of([first, cells[-1].checkpoint_id], "passed")
    assert [(flow.people, flow.hidden) for flow in both if flow.origin == cells[0].origin_id] == [(5, 1)]


@pytest.mark.parametrize("other", [1, 2, 3, 4])
def test_no_answer_to_any_filter_depends_on_the_size_of_a_hidden_cell(cells, other):
    before = answers(cells)
    ProvinceMovement.objects.filter(people__lt=5).update(people=other)
    assert answers(cells) == before


def test_total_is_the_sum_of_what_is_shown(cells):
    for flows in both_flows({cell.checkpoint_id for cell in cells}):
        table = tabulated(flows, lambda flow: flow.origin, lambda flow: flow.outcome)
        assert str(table.total) == f"≥ {sum(cell.people for cell in cells if cell.people >= 5)}"
        assert table.total.people == sum(row.total.people for row in table.rows)


@pytest.mark.parametrize(
    ("figure", "text"), [(Figure(12), "12"), (Figure(12, 1), "≥ 12"), (Figure(0, 2), "•"), (Figure(), "0")]
)
def test_figure_says_what_is_left_out(figure, text):
    assert str(figure) == text
