"""Which column of a sheet holds what: proposed from the headings, remembered for the province, decided by a person.

A layout is what is kept with the import (DoseImport.layout): the sheet, the rows of its head, how days are written, what each
column holds, and what is the same for all rows and stands in no column.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaccinations.imports.days import order_of, read_day
from vaccinations.imports.headings import OF_DOSE, Field, Meaning, dose_alone, meaning_of, plain
from vaccinations.imports.neighbours import settled
from vaccinations.imports.reading import Sheet
from vaccinations.models import RememberedHeading

Layout = dict[str, Any]
SAMPLES = 2
ROWS_FOR_ORDER, FEWEST_FOR_ORDER = 2_000, 3
BIRTHS = (Field.BORN, Field.BORN_MALE, Field.BORN_FEMALE)
HIDDEN = "•"
DOUBTS = {
    "name": _("No column holds the full name."),
    "vaccine": _("No column holds the vaccine. If it is the same in all rows, enter it below."),
    "dose_number": _("No column holds the dose number. If it is the same in all rows, enter it below."),
    "administered_on": _("No column holds the day of the dose. If it is the same in all rows, enter it below."),
    "twice": _("Several columns hold the same. Choose one of them."),
    "guessed": _("A heading names a dose and nothing else. Check what its column holds."),
}


def propose(sheet: Sheet, province: Unit | None) -> Layout:
    """Returns the layout of the sheet as its headings say; `doubts_of` says whether somebody must look at it."""
    remembered = recall(province, sheet.headings)
    columns = []
    for place, heading in enumerate(sheet.headings):
        meaning, is_guess = remembered.get(plain(heading)) or meaning_of(heading), False
        if meaning is None and dose_alone(heading):
            meaning, is_guess = _by_content(dose_alone(heading), [row[place : place + 1] for row in sheet.samples])
        meaning = meaning or Meaning(Field.IGNORED)
        column = {"heading": heading, "field": meaning.field.value, "dose": meaning.dose, "guessed": is_guess}
        samples = [half_hidden(row[place]) for row in sheet.samples if place < len(row) and row[place].strip()]
        columns.append(column | {"samples": samples[:SAMPLES]})
    return {
        "kind": sheet.kind,
        "sheet": sheet.name,
        "sheets": sheet.names,
        "heading_row": sheet.heading_row,
        "since_1904": sheet.since_1904,
        "others": sheet.others,
        **month_first(sheet, columns),
        "columns": settled(columns),
        "constants": {},
    }


def month_first(sheet: Sheet, columns: list[dict[str, Any]]) -> dict[str, bool]:
    """Returns whether days, and whether births, are written month first: several cannot be otherwise, and none must be.

    A sheet that went through an English Excel. 05/03 would be read as a day without a word, and 3/25 not at all.
    """
    places = {
        "month_first": [place for place, column in enumerate(columns) if column["field"] == Field.ADMINISTERED_ON],
        "births_month_first": [place for place, column in enumerate(columns) if column["field"] in BIRTHS],
    }
    seen = {name: Counter() for name in places}
    for row in islice(sheet.rows(), ROWS_FOR_ORDER):
        for name, found in places.items():
            seen[name].update(order_of(row.cells[place]) for place in found if place < len(row.cells))
    return {name: orders["month"] >= FEWEST_FOR_ORDER and not orders["day"] for name, orders in seen.items()}


def half_hidden(text: str) -> str:
    """Returns a cell with its middle hidden: enough to see what kind of thing stands in a column, too little to learn it."""
    text = text.strip()[:30]
    return text if len(text) < 4 else f"{text[:2]}{HIDDEN * min(len(text) - 3, 8)}{text[-1]}"


def recall(province: Unit | None, headings: Iterable[str]) -> dict[str, Meaning]:
    """Returns what the province has said of these headings before, by their plain words."""
    rows = RememberedHeading.objects.filter(province=province, heading__in=[plain(heading) for heading in headings])
    return {row.heading: Meaning(Field(row.field), row.dose) for row in rows}


def remember(province: Unit | None, columns: list[dict[str, Any]]) -> None:
    """Keeps what a person said of headings for the province's next sheet."""
    rows = [
        RememberedHeading(province=province, heading=words, field=column["field"], dose=column["dose"])
        for words, column in {plain(column["heading"])[:200]: column for column in columns}.items()
        if words
    ]
    RememberedHeading.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["province", "heading"], update_fields=["field", "dose"]
    )


def doubts_of(layout: Layout) -> list[str]:
    """Returns codes of DOUBTS: why the sheet cannot be read by this layout alone; none when it can."""
    held = Counter((column["field"], column["dose"]) for column in layout["columns"] if column["field"])
    fields = {field for field, _dose in held}
    doubts = []
    if not fields & {Field.FULL_NAME, Field.GIVEN_NAME}:
        doubts.append("name")
    for field in (Field.VACCINE, Field.ADMINISTERED_ON):
        if field not in fields and not layout["constants"].get(field):
            doubts.append(field.value)
    if Field.DOSE_NUMBER not in fields and not doses_of(layout) and not layout["constants"].get(Field.DOSE_NUMBER):
        doubts.append("dose_number")
    if any(count > 1 for count in held.values()):
        doubts.append("twice")
    if any(column.get("guessed") for column in layout["columns"]):
        doubts.append("guessed")
    return doubts


def doses_of(layout: Layout) -> list[int]:
    """Returns the numbers of the doses that have columns of their own; none where a row is one dose."""
    return sorted({column["dose"] for column in layout["columns"] if column["dose"] and column["field"] in OF_DOSE})


def _by_content(dose: int, cells: list[list[str]]) -> tuple[Meaning | None, bool]:
    """Many sheets keep the day under "Mũi 1" and say so nowhere: believed if it looks like it, and asked about."""
    filled = [cell[0] for cell in cells if cell and cell[0].strip()]
    if filled and all(read_day(text) for text in filled):
        return Meaning(Field.ADMINISTERED_ON, dose), True
    return None, True
