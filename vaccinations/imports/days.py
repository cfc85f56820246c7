"""Days as sheets have them: text in several forms, or a spreadsheet's serial number. Pure.

Always the day first: of a sheet in which 05/03 is May its layout says so (`month_first`). Two-digit years of doses are of
this century, for no dose of this register is older; those of births are read where only one century is possible. What names
no day is None, never today.
"""

import re
from contextlib import suppress
from datetime import date, timedelta

from residents.birth import UNKNOWN, Birth, Precision, UnreadableBirthError, read_birth
from residents.names import fold

SEPARATOR = r"[\s/.\-,_\\]+"
DAY_FIRST = re.compile(rf"(?P<d>\d{{1,2}}){SEPARATOR}(?P<m>\d{{1,2}}){SEPARATOR}(?P<y>\d{{4}}|\d{{2}})", re.ASCII)
YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}}){SEPARATOR}(?P<m>\d{{1,2}}){SEPARATOR}(?P<d>\d{{1,2}})", re.ASCII)
EIGHT_DIGITS = re.compile(r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>(?:19|20)\d{2})", re.ASCII)
YEAR_IN_FRONT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII)
# As a clerk writes it out, and as a Vietnamese Excel shows it: 01-Thg2-21.
IN_WORDS = re.compile(r"(?P<d>\d{1,2})[ \-]+(?:thang|thg) ?(?P<m>\d{1,2})(?:,? nam |,? |-)(?P<y>\d{4}|\d{2})", re.ASCII)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
NAMED_MONTH = re.compile(r"(?P<d>\d{1,2})[ \-/]?(?P<name>[a-z]{3})[a-z]*[ \-/,]*(?P<y>\d{4}|\d{2})", re.ASCII)
MONTH_IN_FRONT = re.compile(r"(?P<name>[a-z]{3})[a-z]* (?P<d>\d{1,2}),? (?P<y>\d{4})", re.ASCII)
SERIAL = re.compile(r"(?P<days>\d{5})(?:[.,]\d+)?", re.ASCII)
# Whole numbers that went through a table of quantities: 1990.0, 20210301.0.
QUANTITY = re.compile(r"^(\d{4}|\d{8})[.,]0+$", re.ASCII)
CLOCK = r"\d{1,2}(?::|h|g)(?:\d{2})?(?::\d{2})?(?:\.\d+)?(?: ?(?:[ap]m|sa|ch))?"
TIME = re.compile(rf"[t ]+{CLOCK}(?:z|[+-]\d\d:?\d\d)?$|^{CLOCK}[ ,]+", re.ASCII)
# What stands around a day and says nothing: signs a spreadsheet hides, the word for day, full stops.
AROUND = " '’`.;,"
DAY_WORD = re.compile(r"^ngay[ :]+")
BIRTH_WORDS = re.compile(r"^(?:sinh|nam sinh|ngay sinh|sn|nam|thang)(?: (?:nam|ngay|thang))?[ :]+")
# A day, or a day and a month, written as zeros or as signs for what is not known; a year, or a serial number.
NOTHING_BEFORE = re.compile(r"^(?:(?:0{1,2}|[x?_\-]{1,2})[/.\-]){1,2}(?=[0-9])", re.ASCII)
YEAR_IN_WORDS = re.compile(r" nam (?=\d{4}$)", re.ASCII)
FOUR_DIGITS = re.compile(r"[0-9]{4}", re.ASCII)
# Day 0 of the two systems. Excel's first one has a 29 February 1900 that never was; from March 1900 on this is right.
SINCE_1900, SINCE_1904 = date(1899, 12, 30), date(1904, 1, 1)


def read_day(text: str, *, since_1904: bool = False, month_first: bool = False) -> date | None:
    """Returns the day that the text names, or None. A time of day before or behind it is passed over."""
    words = DAY_WORD.sub("", TIME.sub("", _plain(text)))
    if match := SERIAL.fullmatch(words):
        return serial_day(int(match["days"]), since_1904=since_1904)
    for form in (YEAR_FIRST, EIGHT_DIGITS, YEAR_IN_FRONT, IN_WORDS):
        if match := form.fullmatch(words):
            return _day(match["y"], match["m"], match["d"])
    if match := DAY_FIRST.fullmatch(words):
        day, month = (match["m"], match["d"]) if month_first else (match["d"], match["m"])
        return _day(match["y"], month, day)
    match = NAMED_MONTH.fullmatch(words) or MONTH_IN_FRONT.fullmatch(words)
    if match and match["name"] in MONTHS:
        return _day(match["y"], MONTHS.index(match["name"]) + 1, match["d"])
    return None


def _plain(text: str) -> str:
    return QUANTITY.sub(r"\1", " ".join(fold(text).split()).strip(AROUND))


def order_of(text: str) -> str:
    """Returns "day" or "month" where the text names a day and says which of the two stands first, else ''."""
    match = DAY_FIRST.fullmatch(TIME.sub("", _plain(text)))
    if not match or max(int(match["d"]), int(match["m"])) > 31 or min(int(match["d"]), int(match["m"])) > 12:
        return ""
    return "day" if int(match["d"]) > 12 else "month" if int(match["m"]) > 12 else ""


def read_birth_text(text: str, *, on: date, since_1904: bool = False, month_first: bool = False) -> Birth | None:
    """Returns the date of birth in a cell, UNKNOWN for an empty one, None where it cannot be read. `on` is today.

    Besides what the registry reads everywhere: serial numbers, signs for a day or month not known, the year said in words, and
    the forms of read_day. Of a year of two digits the century is known only where the other one lies in the future.
    """
    words = _plain(text)
    if not words:
        return UNKNOWN
    said = NOTHING_BEFORE.sub("", YEAR_IN_WORDS.sub("/", BIRTH_WORDS.sub("", words)))
    if not (month_first and DAY_FIRST.fullmatch(said)):
        with suppress(UnreadableBirthError):
            return read_birth(said)
    born = read_day(words, since_1904=since_1904, month_first=month_first)
    if born and not FOUR_DIGITS.search(words):
        born = _century_before(born, on)
    return Birth(born, Precision.DAY) if born else None


def _century_before(born: date, on: date) -> date | None:
    """The same day a hundred years earlier where this century's is still to come; else either may be meant."""
    return _day(str(born.year - 100), born.month, born.day) if born > on else None


def serial_day(days: int, *, since_1904: bool) -> date:
    """Returns the day that a spreadsheet counts as so many since the beginning of its calendar."""
    return (SINCE_1904 if since_1904 else SINCE_1900) + timedelta(days=days)


def _day(year: str, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
