"""Dates of birth of which only the year, or the month, may be known. Nothing unknown is guessed."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    DAY = "D", _("day known")
    MONTH = "M", _("only month and year known")
    YEAR = "Y", _("only year known")
    UNKNOWN = "U", _("unknown")


class UnreadableBirthError(ValueError):
    """The text is no date of birth."""

    @property
    def message(self) -> str:
        return _("Enter the date of birth as day/month/year, for example 05/03/1990, or only the year.")


@dataclass(frozen=True)
class Birth:
    """`earliest` is the first day it can have been: 1 January where only the year is known; None where nothing is."""

    earliest: date | None
    precision: str

    def __str__(self) -> str:
        if self.earliest is None:
            return ""
        patterns = {Precision.DAY: "%d/%m/%Y", Precision.MONTH: "%m/%Y", Precision.YEAR: "%Y"}
        return self.earliest.strftime(patterns[Precision(self.precision)])

    @property
    def year(self) -> int | None:
        return self.earliest.year if self.earliest else None

    def agrees_with(self, other: "Birth") -> bool:
        """Whether both can be the same day, as far as both are known."""
        if self.earliest is None or other.earliest is None:
            return True
        precisions = {self.precision, other.precision}
        if Precision.YEAR in precisions:
            return self.earliest.year == other.earliest.year
        if Precision.MONTH in precisions:
            return (self.earliest.year, self.earliest.month) == (other.earliest.year, other.earliest.month)
        return self.earliest == other.earliest

    @property
    def latest(self) -> date | None:
        """The last day it can have been: 31 December where only the year is known."""
        if self.earliest is None or self.precision == Precision.DAY:
            return self.earliest
        month = 12 if self.precision == Precision.YEAR else self.earliest.month
        return date(self.earliest.year, month, monthrange(self.earliest.year, month)[1])

    def age_on(self, on: date) -> int | None:
        """Completed years on that day, counted from the earliest possible birth: the greatest age it can be."""
        return _years(self.earliest, on) if self.earliest else None

    def least_age_on(self, on: date) -> int | None:
        """Completed years on that day, counted from the latest possible birth."""
        return _years(self.latest, on) if self.latest else None


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


UNKNOWN = Birth(None, Precision.UNKNOWN)
FORMS = (
    (re.compile(r"(?P<d>\d{1,2})[/.\- ](?P<m>\d{1,2})[/.\- ](?P<y>\d{4})", re.ASCII), Precision.DAY),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII), Precision.DAY),
    (re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>\d{4})", re.ASCII), Precision.DAY),
    (re.compile(r"(?P<m>\d{1,2})[/.\-](?P<y>\d{4})", re.ASCII), Precision.MONTH),
    (re.compile(r"(?P<y>\d{4})", re.ASCII), Precision.YEAR),
)


def read_birth(text: str) -> Birth:
    """Returns the date of birth in the text (dd/mm/yyyy, yyyy-mm-dd, ddmmyyyy, mm/yyyy or yyyy). Raises UnreadableBirthError."""
    for form, precision in FORMS:
        match = form.fullmatch(text.strip())
        if match:
            parts = {"d": "1", "m": "1", **match.groupdict()}
            return _birth(int(parts["y"]), int(parts["m"]), int(parts["d"]), precision)
    raise UnreadableBirthError


def _birth(year: int, month: int, day: int, precision: Precision) -> Birth:
    if not 1850 <= year <= 2200:
        raise UnreadableBirthError
    try:
        return Birth(date(year, month, day), precision)
    except ValueError as error:
        raise UnreadableBirthError from error
