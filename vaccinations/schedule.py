"""What a person's doses are worth under a schedule, and which dose is due next. Pure: rules and days in, days out.

`assess` is the whole engine (CDSi Logic Specification, chapter 4): evaluation, forecast, selection. `attempt` says what one
more dose would be worth, for whoever is about to record it; `next_change` until when an assessment holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vaccinations.engine.evaluation import (
    DoseStatus,
    Progress,
    Reason,
    Shortfall,
    Verdict,
    approach,
    evaluate,
    judge,
    shortfalls,
)
from vaccinations.engine.forecast import Due, Forecast, SeriesStatus, forecast
from vaccinations.engine.rules import GivenDose, Kind, Person, Schedule, Series, TargetDose
from vaccinations.engine.selection import best, is_relevant, is_startable


@dataclass(frozen=True)
class Assessment:
    """A history judged: a verdict for each dose in the order they came in, the status, and the dose due next.

    `completed_courses` are those of basic, additional and booster of which no dose is missing: a person may be through
    the basic course long before the series, which ends with the boosters, is complete. `openings` are the first doses
    that a person of whom no dose counts may begin with, a series each: which one is a choice, not a rule.
    """

    series: str
    verdicts: tuple[Verdict, ...]
    status: SeriesStatus
    due: Due | None
    completed_courses: tuple[str, ...] = ()
    openings: tuple[Due, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """What a dose would be worth: the dose of the series it would stand for, the intervals it would not keep in full, and
    the later doses that would no longer count beside it.
    """

    verdict: Verdict
    target: TargetDose | None
    has_valid_before: bool
    shortfalls: tuple[Shortfall, ...] = ()
    spoilt: tuple[GivenDose, ...] = ()


def assess(*, schedule: Schedule, person: Person, history: Iterable[GivenDose], on: date) -> Assessment | None:
    """Returns what the schedule says of that history on that day; None where no series concerns the person.

    Each dose is judged by the rules in force on its own day, the next one by those in force `on` that day; doses after
    `on` are left out of account by the caller.
    """
    history = list(history)
    order = sorted(range(len(history)), key=lambda index: history[index].given_on)
    outcomes = _outcomes(schedule, person, [history[index] for index in order], on)
    chosen = best(outcomes, on)
    if chosen is None:
        return None
    verdicts = dict(zip(order, chosen.progress.verdicts, strict=True))
    return Assessment(
        series=chosen.progress.series.name,
        verdicts=tuple(verdicts[index] for index in range(len(history))),
        status=chosen.status,
        due=chosen.due,
        completed_courses=_completed_courses(chosen),
        openings=_openings(outcomes, on),
    )


def attempt(*, schedule: Schedule, person: Person, history: Iterable[GivenDose], dose: GivenDose) -> Attempt | None:
    """Returns what the dose would be worth beside those given; None where no series concerns the person.

    It is tried in every series that keeps as many of the doses before it as any does: a dose that only counts where one
    given before would not is no dose that may follow. Where none takes it, the one that has least against it says why.
    """
    ordered = sorted(history, key=lambda given: given.given_on)
    before = [given for given in ordered if given.given_on <= dose.given_on]
    relevant = [series for series in schedule.series if is_relevant(series, person, dose.given_on)]
    ways = [evaluate(series, person, before) for series in relevant]
    most = max((len(way.valid) for way in ways), default=0)
    tries = [_try(way, dose) for way in ways if len(way.valid) == most]
    if not tries:
        return None
    way, found = min(tries, key=_objections)
    after = ordered[len(before) :]
    return replace(found, spoilt=_spoilt(way.series, person, before, dose, after))


def next_change(*, schedule: Schedule, person: Person, history: Sequence[GivenDose], on: date) -> date | None:
    """Returns the first day after `on` on which an assessment of that history may come out otherwise, None for never.

    Only by the passing of days: a rule begins or ends, the person comes to another age, a dose may be left out.
    """
    last_on = max((dose.given_on for dose in history), default=None)
    days = [*schedule.turning_days, *(person.reaches(age) for age in schedule.turning_ages)]
    days += [span.after(last_on) for span in schedule.turning_intervals if last_on]
    return min((day for day in days if day and day > on), default=None)


def _completed_courses(outcome: Forecast) -> tuple[str, ...]:
    missing = {dose.course for dose in outcome.progress.remaining}
    courses = dict.fromkeys(dose.course for dose in outcome.progress.series.doses if dose.course)
    return tuple(course for course in courses if course not in missing)


def _openings(outcomes: list[Forecast], on: date) -> tuple[Due, ...]:
    if any(outcome.progress.valid for outcome in outcomes):
        return ()
    open_to_all = (outcome for outcome in outcomes if outcome.progress.series.kind == Kind.STANDARD and outcome.due)
    return tuple(outcome.due for outcome in open_to_all if is_startable(outcome, on))


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


def _try(way: Progress, dose: GivenDose) -> tuple[Progress, Attempt]:
    before, target = len(way.valid), approach(way, dose)
    late = tuple(shortfalls(way, target, dose.given_on)) if target else ()
    return way, Attempt(judge(way, dose), target, has_valid_before=before > 0, shortfalls=late)


def _objections(tried: tuple[Progress, Attempt]) -> tuple[bool, bool, bool, int]:
    """What is to be said against a series, the gravest first: another product, no valid dose, not at risk, less preferred."""
    way, found = tried
    is_foreign = not {Reason.PRODUCT, Reason.INADVERTENT}.isdisjoint(found.verdict.reasons)
    is_lost = found.verdict.status != DoseStatus.VALID
    return is_foreign, is_lost, way.series.kind != Kind.RISK, way.series.preference


def _spoilt(
    series: Series, person: Person, before: list[GivenDose], dose: GivenDose, after: list[GivenDose]
) -> tuple[GivenDose, ...]:
    """The doses given after it that count without it, and with it would come too soon."""
    if not after:
        return ()
    without = evaluate(series, person, [*before, *after]).verdicts[len(before) :]
    beside = evaluate(series, person, [*before, dose, *after]).verdicts[len(before) + 1 :]
    return tuple(
        old.dose
        for old, new in zip(without, beside, strict=True)
        if old.status == DoseStatus.VALID and Reason.TOO_SOON in new.reasons
    )
