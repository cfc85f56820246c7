"""Ages and intervals: CDSi Logic Specification, CALCDT-1 to -5 and the examples of section 3.5."""

from datetime import date

import pytest

from vaccinations.engine.spans import Span, read_span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", None),
        ("0 days", Span()),
        ("6 months", Span(months=6)),
        ("18 years - 4 days", Span(years=18, days=-4)),
        (" 4 months", Span(months=4)),
        ("12 weeks - 4 days", Span(days=80)),
        ("1 year 2 months", Span(years=1, months=2)),
    ],
)
def test_a_length_of_time_is_read(text, span):
    assert read_span(text) == span


@pytest.mark.parametrize("text", ["soon", "4", "4 fortnights", "4 days ago", "days"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValueError, match="not a length of time"):
        read_span(text)


@pytest.mark.parametrize(
    ("rule", "day", "text", "expected"),
    [
        ("CALCDT-1: the same day of a later month", date(2000, 1, 1), "15 years", date(2015, 1, 1)),
        ("CALCDT-1: across the end of the year", date(2021, 10, 19), "5 months", date(2022, 3, 19)),
        ("CALCDT-2: weeks are seven days", date(2022, 10, 19), "8 weeks", date(2022, 12, 14)),
        ("CALCDT-3: days are taken off last", date(1990, 3, 2), "18 years - 4 days", date(2008, 2, 27)),
        ("CALCDT-5: 31 February is 1 March", date(2021, 8, 31), "6 months", date(2022, 3, 1)),
        ("CALCDT-5: 31 November is 1 December", date(2022, 5, 31), "6 months", date(2022, 12, 1)),
        ("CALCDT-5: born on 29 February", date(2020, 2, 29), "1 year", date(2021, 3, 1)),
        ("CALCDT-5: the last of November stays", date(2021, 10, 30), "1 month", date(2021, 11, 30)),
        ("December plus a month", date(2021, 12, 31), "1 month", date(2022, 1, 31)),
        ("beyond the calendar", date(9999, 1, 1), "1 year", date.max),
    ],
)
def test_the_day_a_length_of_time_leads_to(rule, day, text, expected):
    assert read_span(text).after(day) == expected, rule
