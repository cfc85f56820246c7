"""What became of an import's rows, row by row: for the command's file, and for the sheet that goes back to be mended."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from vaccinations.models import DoseImport, Outcome, SheetDose

ORDER = {outcome.value: place for place, outcome in enumerate(Outcome)}
# Of these the person is known, where one was found; of the others nobody was, or nobody surely.
NAMES_PERSON = frozenset(
    {
        Outcome.NEW,
        Outcome.ALREADY_RECORDED,
        Outcome.CONFLICT,
        Outcome.DISAGREES,
        Outcome.UNREADABLE,
        Outcome.DUPLICATE,
    }
)
SURE_BANDS = frozenset({"same", "link", "disagrees"})


class RowOutcome(NamedTuple):
    """`row` as a spreadsheet counts it; `citizen_id` of the person, or ''."""

    row: int
    outcome: str
    citizen_id: str


def row_outcomes(dose_import: DoseImport) -> Iterator[RowOutcome]:
    """Yields each row of the file once, in its order; of several doses in a row the first outcome that applies."""
    doses = SheetDose.objects.filter(dose_import=dose_import).order_by("row", "part")
    fields = doses.only("row", "part", "outcome", "person", "band").iterator(chunk_size=5_000)
    for row, parts in groupby(fields, attrgetter("row")):
        first = min(parts, key=lambda dose: ORDER[dose.outcome])
        is_named = first.outcome in NAMES_PERSON and first.band in SURE_BANDS
        yield RowOutcome(row, first.outcome, first.person if is_named and first.person else "")
