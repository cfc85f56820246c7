"""Who may go, and which reactions are told at once: plain tables."""

from datetime import UTC, datetime, timedelta

import pytest

from vaccinations.observation.rules import ends_at, is_early, is_serious, severity_of_grade, worse

GIVEN = datetime(2021, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(("minutes", "early"), [(0, True), (29.99, True), (30, False), (31, False)])
def test_thirty_minutes_are_thirty_minutes(minutes, early):
    assert is_early(GIVEN + timedelta(minutes=minutes), ends_at(GIVEN)) is early


@pytest.mark.parametrize(
    ("source", "facts", "serious"),
    [
        ("mild", {}, False),
        ("moderate", {"severity": "moderate"}, False),
        ("TT34: severe", {"severity": "severe"}, True),
        ("TT51: grade I is mild", {"anaphylaxis_grade": 1}, False),
        ("TT51: from grade II", {"anaphylaxis_grade": 2}, True),
        ("TT51: cardiac arrest", {"anaphylaxis_grade": 4}, True),
        ("E2B E.i.3.2b", {"seriousness": ["life-threatening"]}, True),
        ("E2B E.i.3.2c", {"seriousness": ["hospital"]}, True),
        ("E2B E.i.3.2f: another important event", {"seriousness": ["important"]}, True),
        ("E2B E.i.7: fatal", {"outcome": "fatal"}, True),
        ("E2B E.i.7: lasting effects alone", {"outcome": "sequelae"}, False),
    ],
)
def test_what_is_told_at_once(source, facts, serious):
    known = {"severity": "mild", "anaphylaxis_grade": None, "seriousness": [], "outcome": "unknown"}
    assert is_serious(**known | facts) is serious, source


@pytest.mark.parametrize(("grade", "severity"), [(1, "mild"), (2, "severe"), (3, "severe"), (4, "severe")])
def test_a_grade_says_how_severe(grade, severity):
    assert severity_of_grade(grade) == severity


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("mild", "severe", "severe"), ("moderate", "mild", "moderate"), ("", "mild", "mild")],
)
def test_the_graver_stands(first, second, expected):
    assert worse(first, second) == expected
