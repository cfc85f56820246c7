"""The number that keys the registry: its forms, and what a citizen ID says about its holder.

Source: Circular 59/2021/TT-BCA art. 4 (structure of the 12 digits), Circular 07/2016/TT-BCA annex 1 (province codes).
No check digit exists, and unknown prefixes are not refused: abroad the first three digits are a country's code.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from django.utils.translation import gettext_lazy as _

# The same pattern is a constraint of the table.
NUMBER_PATTERN = r"^([0-9]{12}|[0-9]{9}|T[0-9]{11})$"
# What people and scanners put between the digits.
SEPARATORS = re.compile(r"[\s.\-\u00a0\u200b\ufeff]+")


class MalformedNumberError(ValueError):
    """The text has none of the three forms of a number."""

    def __init__(self) -> None:
        super().__init__(
            _("Enter 12 digits (citizen ID), 9 digits (old ID card) or T and 11 digits (provisional number).")
        )

    @property
    def message(self) -> str:
        return self.args[0]


class Kind(StrEnum):
    CITIZEN_ID = "citizen_id"
    OLD_CARD = "old_card"
    PROVISIONAL = "provisional"


@dataclass(frozen=True)
class CitizenId:
    """A well-formed number; whether anybody holds it is not known here."""

    number: str

    @property
    def kind(self) -> Kind:
        if self.number.startswith("T"):
            return Kind.PROVISIONAL
        return Kind.CITIZEN_ID if len(self.number) == 12 else Kind.OLD_CARD

    @property
    def registration_prefix(self) -> str:
        """Code of the province (63-province list) or country where the birth was registered, or ''."""
        return self.number[:3] if self.kind is Kind.CITIZEN_ID else ""

    @property
    def sex(self) -> str:
        """'M' or 'F' as the fourth digit says, or '' for other kinds."""
        if self.kind is not Kind.CITIZEN_ID:
            return ""
        return "F" if int(self.number[3]) % 2 else "M"

    @property
    def birth_year(self) -> int | None:
        if self.kind is not Kind.CITIZEN_ID:
            return None
        return (19 + int(self.number[3]) // 2) * 100 + int(self.number[4:6])

    def contradictions(self, *, sex: str, born: date | None) -> tuple[str, ...]:
        """Which of 'sex' and 'birth_year' the number contradicts; unknown facts contradict nothing."""
        found = []
        if self.sex and sex and sex != self.sex:
            found.append("sex")
        if self.birth_year and born and born.year != self.birth_year:
            found.append("birth_year")
        return tuple(found)


def read_number(text: str) -> CitizenId:
    """Returns the number in the text, separators removed. Raises MalformedNumberError."""
    number = SEPARATORS.sub("", text).upper()
    if not re.fullmatch(NUMBER_PATTERN, number, re.ASCII):
        raise MalformedNumberError
    return CitizenId(number)


GROUP_EDGES = {Kind.CITIZEN_ID: (0, 3, 4, 6, 12), Kind.OLD_CARD: (0, 3, 6, 9), Kind.PROVISIONAL: (0, 1, 4, 8, 12)}


def grouped(number: str) -> str:
    """Returns the number spaced for the eye: 3-1-2-6 for a citizen ID, 3-3-3 for an old card, 1-3-4-4 for a provisional one."""
    return " ".join(number[start:end] for start, end in pairwise(GROUP_EDGES[CitizenId(number).kind]))
