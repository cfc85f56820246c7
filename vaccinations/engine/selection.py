"""Which of the competing series is the person's own. Pure. CDSi Logic Specification, chapters 5 and 8."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby

from vaccinations.engine.evaluation import DoseStatus
from vaccinations.engine.forecast import Forecast, SeriesStatus, finish_day
from vaccinations.engine.rules import Kind, Person, Series

UNKNOWN_SEX = "U"


def is_relevant(series: Series, person: Person, on: date) -> bool:
    """Section 5.1: for that sex, and for everybody or for a risk the person has at that age."""
    if series.sexes and (person.sex or UNKNOWN_SEX) not in series.sexes:
        return False
    if series.kind != Kind.RISK:
        return True
    return any(
        indication.observation in person.observations and person.is_aged(on, indication.from_age, indication.before_age)
        for indication in series.indications
    )


def best(outcomes: Sequence[Forecast], on: date) -> Forecast | None:
    """Returns the series that speaks for the person; where a risk series does, that one (section 8.8, Table 8-14)."""
    ordered = sorted(outcomes, key=lambda outcome: outcome.progress.series.group)
    groups = [list(group) for _name, group in groupby(ordered, key=lambda outcome: outcome.progress.series.group)]
    prioritized = [chosen for group in groups if (chosen := _prioritized(group, on))]
    candidates = [outcome for outcome in prioritized if _is_best(outcome, prioritized)]
    return min(candidates, key=lambda outcome: outcome.progress.series.kind != Kind.RISK, default=None)


def _is_best(outcome: Forecast, prioritized: list[Forecast]) -> bool:
    if outcome.status == SeriesStatus.COMPLETE:
        return True
    series = outcome.progress.series
    equivalents = [other for other in prioritized if other.progress.series.group in series.equivalent_groups]
    if any(other.status == SeriesStatus.COMPLETE for other in equivalents):
        return False
    has_risk = any(other.progress.series.kind == Kind.RISK for other in equivalents)
    return series.kind == Kind.RISK or (series.kind == Kind.STANDARD and not has_risk)


def _prioritized(group: list[Forecast], on: date) -> Forecast | None:
    """Tables 8-3 and 8-5: the only one there is, the only complete, the only one begun; else the best by points."""
    scorable = _scorable(group)
    complete = [outcome for outcome in scorable if outcome.status == SeriesStatus.COMPLETE]
    begun = [outcome for outcome in scorable if _is_begun(outcome)]
    if len(scorable) == 1 or len(complete) == 1:
        return (complete or scorable)[0]
    if complete:
        return _highest(complete, _complete_points(complete))
    if begun:
        return _highest(begun, _begun_points(begun, on))
    return _default(group, on) or _highest(scorable, _unbegun_points(scorable, on))


def _scorable(group: list[Forecast]) -> list[Forecast]:
    """SELECTB-24 and SELECTSCORE-2."""
    open_ones = [outcome for outcome in group if outcome.status != SeriesStatus.CONTRAINDICATED] or group
    top = min((outcome.progress.series.priority for outcome in group), default="")
    has_default = any(outcome.progress.series.is_default for outcome in group)
    has_valid = any(outcome.progress.valid for outcome in group)

    def is_scorable(outcome: Forecast) -> bool:
        series = outcome.progress.series
        if series.kind == Kind.EVALUATION_ONLY:
            return outcome.status == SeriesStatus.COMPLETE
        if series.kind == Kind.RISK:
            return series.priority == top
        return _is_started_in_time(outcome) or (not has_valid and not has_default)

    return [outcome for outcome in open_ones if is_scorable(outcome)]


def _is_started_in_time(outcome: Forecast) -> bool:
    valid = outcome.progress.valid
    end = outcome.progress.person.reaches(outcome.progress.series.maximum_age_to_start)
    return bool(valid) and (end is None or valid[0].dose.given_on < end)


def _is_begun(outcome: Forecast) -> bool:
    return bool(outcome.progress.valid) and outcome.status == SeriesStatus.NOT_COMPLETE


def _default(group: list[Forecast], on: date) -> Forecast | None:
    """The default series (SELECTB-7); past the age to start it, the most preferred one that may still be started.

    The second half is our reading: the specification would offer a grown-up the children's series, which names no
    product for them.
    """
    if not any(outcome.progress.series.is_default for outcome in group):
        return None
    # One that is contraindicated is no candidate (SELECTB-24) unless all are.
    candidates = [outcome for outcome in group if outcome.status != SeriesStatus.CONTRAINDICATED] or group
    startable = [outcome for outcome in candidates if is_startable(outcome, on)]
    return min(
        startable or candidates, key=lambda outcome: (not outcome.progress.series.is_default, _preference(outcome))
    )


def is_startable(outcome: Forecast, on: date) -> bool:
    """Whether the person is of an age to begin the series on that day."""
    series, person = outcome.progress.series, outcome.progress.person
    return person.is_aged(on, series.minimum_age_to_start, series.maximum_age_to_start)


def _preference(outcome: Forecast) -> int:
    return outcome.progress.series.preference


def _highest(outcomes: list[Forecast], points: list[int]) -> Forecast | None:
    """SELECTBEST-2: the most points, then the most preferred."""
    pairs = zip(points, outcomes, strict=True)
    return min(pairs, key=lambda pair: (-pair[0], _preference(pair[1])), default=(0, None))[1]


def _complete_points(outcomes: list[Forecast]) -> list[int]:
    """Table 8-7."""
    return _sum(_most(outcomes, 1, _number_valid))


def _begun_points(outcomes: list[Forecast], on: date) -> list[int]:
    """Table 8-9; only what can be finished in time can finish earliest (SELECTB-11)."""
    finishes = {id(outcome): finish_day(outcome, on) for outcome in outcomes if _is_completable(outcome, on)}
    return _sum(
        [2 if _is_pure_product(outcome) else -2 for outcome in outcomes],
        [3 if _is_completable(outcome, on) else -3 for outcome in outcomes],
        _most(outcomes, 2, _number_valid),
        _most(outcomes, 2, lambda outcome: -len(outcome.progress.remaining)),
        _most(outcomes, 1, lambda outcome: _earliness(finishes.get(id(outcome)))),
    )


def _unbegun_points(outcomes: list[Forecast], on: date) -> list[int]:
    """Table 8-11."""
    return _sum(
        _most(outcomes, 1, lambda outcome: _earliness(outcome.earliest_on)),
        [1 if _is_completable(outcome, on) else -1 for outcome in outcomes],
        [-1 if outcome.progress.series.is_product_path else 1 for outcome in outcomes],
    )


def _sum(*columns: list[int]) -> list[int]:
    return [sum(points) for points in zip(*columns, strict=True)]


def _most(outcomes: list[Forecast], points: int, measure: Callable[[Forecast], int]) -> list[int]:
    """The points for whoever has the most alone, none for those who share it, and less than none for the others."""
    measures = [measure(outcome) for outcome in outcomes]
    top = max(measures, default=0)
    reward = points if measures.count(top) == 1 else 0
    return [reward if value == top else -points for value in measures]


def _number_valid(outcome: Forecast) -> int:
    return len(outcome.progress.valid)


def _earliness(day: date | None) -> int:
    return -(day or date.max).toordinal()


def _is_pure_product(outcome: Forecast) -> bool:
    """SELECTB-2 and -23: a product's own series, and every dose of it valid."""
    is_valid = (verdict.status == DoseStatus.VALID for verdict in outcome.progress.verdicts)
    return outcome.progress.series.is_product_path and all(is_valid)


def _is_completable(outcome: Forecast, on: date) -> bool:
    """SELECTB-3: it can be finished before the last dose's maximum age."""
    finished_on = finish_day(outcome, on)
    maximum = outcome.progress.person.reaches(outcome.progress.series.doses[-1].ages_on(on).maximum)
    return finished_on is not None and (maximum is None or finished_on < maximum)
