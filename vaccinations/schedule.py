"""When a person's next dose of a course is due. Pure: rules and days in, days out."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Rule:
    """A vaccine's course as a CourseRule lays it down; None: not laid down."""

    doses_in_course: int
    minimum_age_years: int | None = None
    minimum_interval_days: int | None = None
    recommended_interval_days: int | None = None


@dataclass(frozen=True)
class NextDose:
    """The dose that is due next; a day is None where no interval is laid down."""

    dose_number: int
    earliest_on: date | None
    recommended_on: date | None


def next_dose(*, dose_number: int, given_on: date, rule: Rule | None) -> NextDose | None:
    """Returns what follows that dose; None when the course is complete or no rule says what its course is."""
    if rule is None or dose_number >= rule.doses_in_course:
        return None
    return NextDose(
        dose_number=dose_number + 1,
        earliest_on=_days_after(given_on, rule.minimum_interval_days),
        recommended_on=_days_after(given_on, rule.recommended_interval_days),
    )


def _days_after(day: date, interval_days: int | None) -> date | None:
    return None if interval_days is None else day + timedelta(days=interval_days)
