"""The grid as its page shows it: for each row its cells, with what is to be said beside each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vaccinations.models import COLUMNS, PileRow

LABELS = {
    "number": _("Number"),
    "full_name": _("Full name"),
    "born": _("Date of birth"),
    "sex": _("Sex"),
    "phone": _("Phone"),
    "dose": _("Dose"),
    "lot_number": _("Lot, if another"),
    "given_on": _("Day, if another"),
    "reason": _("Reason, if unusual"),
}
# What a phone's keyboard shows.
MODES = {"number": "numeric", "phone": "tel", "dose": "numeric"}


@dataclass(frozen=True)
class Cell:
    name: str
    label: str | Promise
    value: str
    said: list[str]
    mode: str


@dataclass(frozen=True)
class Line:
    """A row of the grid. `refused`: what was typed but not kept, and why, where somebody else had changed the row."""

    row: PileRow
    refused: Mapping[str, str] | None = None
    why: str = ""

    @property
    def cells(self) -> list[Cell]:
        texts = self.refused or self.row.texts
        return [Cell(name, LABELS[name], texts[name], self._said(name), MODES.get(name, "text")) for name in COLUMNS]

    @property
    def said(self) -> list[str]:
        """What there is to say of the row as a whole."""
        return [self.why] if self.why else self.row.others_said

    @property
    def is_faulty(self) -> bool:
        return bool(self.row.is_draft and (self.row.said or self.why))

    def _said(self, name: str) -> list[str]:
        return [sentence for column, sentence in self.row.sentences if column == name] if self.row.is_draft else []


def sent_rows(rows: Iterable[PileRow], data: Mapping[str, str]) -> list[tuple[PileRow, dict[str, str], int]]:
    """Returns the rows that a form brought, each with its texts and the version that the form was made from."""
    found = []
    for row in rows:
        version = data.get(f"{row.pk}-version", "")
        if version.isascii() and version.isdigit():
            found.append((row, {name: _text(row, name, data) for name in COLUMNS}, int(version[:9])))
    return found


def _text(row: PileRow, name: str, data: Mapping[str, str]) -> str:
    return " ".join(data.get(f"{row.pk}-{name}", "").replace("\0", "").split())
