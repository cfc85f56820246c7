"""What a person's doses are worth under a schedule, and which dose is due next. Pure: rules and days in, days out.

`assess` is the whole engine (CDSi Logic Specification, chapter 4): evaluation, forecast, selection. `next_dose` is the
clinic desk's short answer from a vaccine's own CourseRule.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from vaccinations.engine.evaluation import Verdict, evaluate
from vaccinations.engine.forecast import Due, Forecast, SeriesStatus, forecast
from vaccinations.engine.rules import GivenDose, Person, Schedule, Series
from vaccinations.engine.selection import best, is_relevant


@dataclass(frozen=True)
class Assessment:
    """A history judged: a verdict for each dose in the order they came in, the status, and the dose due next.

    `completed_courses` are those of basic, additional and booster of which no dose is missing: a person may be through
    the basic course long before the series, which ends with the boosters, is complete.
    """

    series: str
    verdicts: tuple[Verdict, ...]
    status: SeriesStatus
    due: Due | None
    completed_courses: tuple[str, ...] = ()


def assess(*, schedule: Schedule, person: Person, history: Iterable[GivenDose], on: date) -> Assessment | None:
    """Returns what the schedule says of that history on that day; None where no series concerns the person.

    Each dose is judged by the rules in force on its own day, the next one by those in force `on` that day; doses after
    `on` are left out of account by the caller.
    """
    history = list(history)
    order = sorted(range(len(history)), key=lambda index: history[index].given_on)
    ordered = [history[index] for index in order]
    chosen = best(_outcomes(schedule, person, ordered, on), on)
    if chosen is None:
        return None
    verdicts = dict(zip(order, chosen.progress.verdicts, strict=True))
    return Assessment(
        series=chosen.progress.series.name,
        verdicts=tuple(verdicts[index] for index in range(len(history))),
        status=chosen.status,
        due=chosen.due,
        completed_courses=_completed_courses(chosen),
    )


def _completed_courses(outcome: Forecast) -> tuple[str, ...]:
    missing = {dose.course for dose in outcome.progress.remaining}
    courses = dict.fromkeys(dose.course for dose in outcome.progress.series.doses if dose.course)
    return tuple(course for course in courses if course not in missing)


def _outcomes(schedule: Schedule, person: Person, ordered: list[GivenDose], on: date) -> list[Forecast]:
    relevant = [series for series in schedule.series if is_relevant(series, person, on)]
    outcomes = _round(schedule, relevant, person, ordered, on, frozenset())
    completed = frozenset(
        outcome.progress.series.group for outcome in outcomes if outcome.status == SeriesStatus.COMPLETE
    )
    # A dose may be left out because another series is complete (Table 6-7): known only after a first round.
    return _round(schedule, relevant, person, ordered, on, completed) if completed else outcomes


def _round(
    schedule: Schedule,
    relevant: list[Series],
    person: Person,
    ordered: list[GivenDose],
    on: date,
    completed: frozenset[str],
) -> list[Forecast]:
    return [
        forecast(evaluate(series, person, ordered, completed), schedule.contraindications, on) for series in relevant
    ]


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
