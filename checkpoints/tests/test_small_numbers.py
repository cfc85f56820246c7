"""What leaves the area: no total, filter or difference of two answers gives a small number away."""

from datetime import date
from itertools import chain, combinations

import pytest

from checkpoints.movements import Figure, Flow, hidden_small, tabulated

DAY = date(2021, 10, 5)


def cell(checkpoint, origin, destination, total, outcome="passed", day=DAY):
    ends = {"origin_province": origin, "destination_province": destination}
    return {"day": day, "checkpoint": checkpoint, **ends, "outcome": outcome, "total": total}


CELLS = [cell(1, 1, 2, 5), cell(1, 1, 3, 4), cell(1, 2, 3, 1), cell(2, 1, 2, 12), cell(2, 1, 3, 3), cell(2, None, 2, 9)]


@pytest.mark.parametrize(
    ("totals", "people", "hidden"),
    [([5], 5, 0), ([4], 0, 1), ([1, 4], 0, 2), ([5, 4], 5, 1), ([5, 7], 12, 0), ([0], 0, 1)],
)
def test_cells_below_the_limit_are_hidden_one_by_one(totals, people, hidden):
    cells = [cell(checkpoint, 1, 2, total) for checkpoint, total in enumerate(totals)]
    assert hidden_small(cells, 5) == [Flow(DAY, 1, 2, "passed", people, hidden)]


@pytest.mark.parametrize(
    ("figure", "text"), [(Figure(12), "12"), (Figure(12, 1), "≥ 12"), (Figure(0, 2), "•"), (Figure(), "0")]
)
def test_figure_says_what_is_left_out(figure, text):
    assert str(figure) == text


def test_total_is_the_sum_of_what_is_shown():
    table = tabulated(hidden_small(CELLS, 5), lambda flow: flow.origin, lambda flow: flow.destination)
    assert str(table.total) == "≥ 26"
    assert table.total.people == sum(row.total.people for row in table.rows)


def test_no_answer_to_any_filter_depends_on_the_size_of_a_hidden_cell():
    # Whatever subset of cells a filter selects, another hidden value gives the same answer: nothing is to be solved for.
    subsets = chain.from_iterable(combinations(range(len(CELLS)), size) for size in range(1, len(CELLS) + 1))
    for subset in subsets:
        chosen = [CELLS[place] for place in subset]
        other = [found | {"total": 1 + found["total"] % 4} if found["total"] < 5 else found for found in chosen]
        assert hidden_small(chosen, 5) == hidden_small(other, 5)
