"""Ages and intervals as schedules write them ("18 years - 4 days"), and the day they lead to. Pure."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache

UNITS = {"year": "years", "month": "months", "week": "days", "day": "days"}
DAYS_IN = {"week": 7, "day": 1}
TERM = re.compile(r"(?P<sign>[+-]?)\s*(?P<number>\d{1,5})\s*(?P<unit>year|month|week|day)s?\b\s*")


@dataclass(frozen=True)
class Span:
    """A length of time; years and months have no fixed number of days, so it stays in parts."""

    years: int = 0
    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """Returns the day this long after `day`.

        CDSi Logic Specification, CALCDT-1, -2 and -5: years, then months, then days; where a month lacks the day, the
        first of the next month stands for it (31 May + 6 months = 1 December).
        """
        year, month = divmod(day.year * 12 + day.month - 1 + self.years * 12 + self.months, 12)
        if year > MAXYEAR:
            return date.max
        return _day_or_next_first(year, month + 1, day.day) + timedelta(days=self.days)


@lru_cache(maxsize=1024)
def read_span(text: str) -> Span | None:
    """Returns the span that a text like "12 weeks - 4 days" stands for, None for an empty one; raises ValueError."""
    rest, parts = text.strip(), {"years": 0, "months": 0, "days": 0}
    if not rest:
        return None
    while rest:
        term = TERM.match(rest)
        if term is None:
            raise ValueError(f"not a length of time: {text!r}")
        number = int(term["number"]) * DAYS_IN.get(term["unit"], 1)
        parts[UNITS[term["unit"]]] += -number if term["sign"] == "-" else number
        rest = rest[term.end() :]
    return Span(**parts)


def _day_or_next_first(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month + 1, 1)
