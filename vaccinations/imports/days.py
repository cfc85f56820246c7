"""Days as sheets have them: text in several forms, or a spreadsheet's serial number. Pure.

Always the day first: a sheet in which 05/03 is May says so on the page of its columns (`month_first`). Two-digit years are
of this century, for no dose of this register is older. What names no day is None, never today.
"""

import re
from contextlib import suppress
from datetime import date, timedelta

from residents.birth import UNKNOWN, Birth, Precision, UnreadableBirthError, read_birth
from residents.names import fold

SEPARATOR = r"\s*[/.\-,\s]\s*"
DAY_FIRST = re.compile(rf"(?P<d>\d{{1,2}}){SEPARATOR}(?P<m>\d{{1,2}}){SEPARATOR}(?P<y>\d{{4}}|\d{{2}})", re.ASCII)
YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}}){SEPARATOR}(?P<m>\d{{1,2}}){SEPARATOR}(?P<d>\d{{1,2}})", re.ASCII)
EIGHT_DIGITS = re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>(?:19|20)\d{2})", re.ASCII)
YEAR_IN_FRONT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII)
IN_WORDS = re.compile(r"(?:ngay )?(?P<d>\d{1,2}) (?:thang|thg) ?(?P<m>\d{1,2})(?: nam|,)? (?P<y>\d{4})", re.ASCII)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
NAMED_MONTH = re.compile(r"(?P<d>\d{1,2})[ \-/]?(?P<name>[a-z]{3})[a-z]*[ \-/,]*(?P<y>\d{4}|\d{2})", re.ASCII)
SERIAL = re.compile(r"(?P<days>\d{5})(?:[.,]\d+)?", re.ASCII)
TIME = re.compile(r"[t ]+\d{1,2}(?::|h|g)\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[ap]m)?(?:z|[+-]\d\d:?\d\d)?$", re.ASCII)
# A day, or a day and a month, written as zeros; a year, or a serial number.
NOTHING_BEFORE = re.compile(r"^(?:0{1,2}[/.\-]){1,2}(?=[0-9])", re.ASCII)
FOUR_DIGITS = re.compile(r"[0-9]{4}", re.ASCII)
# Day 0 of the two systems. Excel's first one has a 29 February 1900 that never was; from March 1900 on this is right.
SINCE_1900, SINCE_1904 = date(1899, 12, 30), date(1904, 1, 1)


def read_day(text: str, *, since_1904: bool = False, month_first: bool = False) -> date | None:
    """Returns the day that the text names, or None. A time of day behind it is passed over."""
    words = TIME.sub("", " ".join(fold(text).split()).strip("'"))
    if match := SERIAL.fullmatch(words):
        return serial_day(int(match["days"]), since_1904=since_1904)
    for form in (YEAR_FIRST, EIGHT_DIGITS, YEAR_IN_FRONT, IN_WORDS):
        if match := form.fullmatch(words):
            return _day(match["y"], match["m"], match["d"])
    if match := DAY_FIRST.fullmatch(words):
        day, month = (match["m"], match["d"]) if month_first else (match["d"], match["m"])
        return _day(match["y"], month, day)
    match = NAMED_MONTH.fullmatch(words)
    if match and match["name"] in MONTHS:
        return _day(match["y"], MONTHS.index(match["name"]) + 1, match["d"])
    return None


def read_birth_text(text: str, *, since_1904: bool = False, month_first: bool = False) -> Birth | None:
    """Returns the date of birth in a cell, UNKNOWN for an empty one, None where it cannot be read.

    Besides what the registry reads everywhere: serial numbers, zeros for a day or month not known, and the forms of read_day
    with all four digits of the year: of a birth in "45" nobody knows the century.
    """
    words = text.strip().strip("'")
    if not words:
        return UNKNOWN
    if not month_first:
        with suppress(UnreadableBirthError):
            return read_birth(NOTHING_BEFORE.sub("", words))
    has_year = FOUR_DIGITS.search(words)
    born = read_day(words, since_1904=since_1904, month_first=month_first) if has_year else None
    return Birth(born, Precision.DAY) if born else None


def serial_day(days: int, *, since_1904: bool) -> date:
    """Returns the day that a spreadsheet counts as so many since the beginning of its calendar."""
    return (SINCE_1904 if since_1904 else SINCE_1900) + timedelta(days=days)


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
