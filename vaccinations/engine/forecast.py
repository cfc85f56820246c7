"""Whether another dose of a series is due, when, and of what. Pure. CDSi Logic Specification, chapter 7."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from vaccinations.engine.evaluation import Progress, is_skippable, reference_day
from vaccinations.engine.rules import Context, Contraindication, Interval, Person, ProductUse, TargetDose
from vaccinations.engine.spans import Span


class SeriesStatus(StrEnum):
    NOT_COMPLETE = "Not complete"
    COMPLETE = "Complete"
    IMMUNE = "Immune"
    CONTRAINDICATED = "Contraindicated"
    AGED_OUT = "Aged out"
    NOT_RECOMMENDED = "Not recommended"


@dataclass(frozen=True)
class Due:
    """The dose that is due next. `number` counts the person's doses, `target` the doses of the series.

    `products` are what the schedule wants given, `others` what would count as well.

    `past_due_on` is the first day that is too late for the recommendation less one, as CDSi has it; `latest_on` the last
    day at which the dose would still count. None: not laid down.
    """

    number: int
    target: int
    course: str
    earliest_on: date
    recommended_on: date
    past_due_on: date | None
    latest_on: date | None
    products: tuple[str, ...]
    others: tuple[str, ...] = ()
    # Whether a rule led to the days; else nothing lays them down, and they only do not come before what was given.
    is_laid_down: bool = True


@dataclass(frozen=True)
class Forecast:
    """How a person stands in one series."""

    progress: Progress
    status: SeriesStatus
    due: Due | None = None
    earliest_on: date | None = None


def forecast(progress: Progress, contraindications: Iterable[Contraindication], on: date) -> Forecast:
    """Returns the status of the series on that day and its next dose, if one is due."""
    progress = progress.copy()
    forbidding = [rule for rule in contraindications if _applies(rule, progress.person, on)]
    while True:
        _skip(progress, on)
        outcome = _outcome(progress, forbidding, on)
        # Section 7.6: a dose that will be superfluous on the very day it is due is not due.
        if outcome.due is None or not is_skippable(progress, Context.FORECAST, outcome.due.earliest_on, on):
            return outcome
        progress.skip_target()


def finish_day(outcome: Forecast, on: date) -> date | None:
    """The day the series could be finished (SELECTB-12): next dose, then the longest interval among the rest."""
    if outcome.earliest_on is None:
        return None
    spans = [interval.minimum for dose in outcome.progress.remaining[1:] for interval in dose.intervals_on(on)]
    return max((span.after(outcome.earliest_on) for span in spans if span), default=outcome.earliest_on)


def _skip(progress: Progress, on: date) -> None:
    while progress.target and is_skippable(progress, Context.FORECAST, on):
        progress.skip_target()


def _outcome(progress: Progress, forbidding: list[Contraindication], on: date) -> Forecast:
    """Table 7-10."""
    target, person = progress.target, progress.person
    if person.is_immune:
        return Forecast(progress, SeriesStatus.IMMUNE)
    if _is_contraindicated(progress, forbidding):
        return Forecast(progress, SeriesStatus.CONTRAINDICATED)
    if target is None:
        return Forecast(progress, SeriesStatus.COMPLETE if progress.valid else SeriesStatus.NOT_RECOMMENDED)
    if target.season_ends_on and on > target.season_ends_on:
        return Forecast(progress, SeriesStatus.NOT_RECOMMENDED)
    earliest_on = _earliest_on(progress, target, on)
    maximum = person.reaches(target.ages_on(on).maximum)
    if maximum and maximum <= max(on, earliest_on):
        return Forecast(progress, SeriesStatus.AGED_OUT)
    due = _due(progress, target, earliest_on, forbidding, on)
    return Forecast(progress, SeriesStatus.NOT_COMPLETE, due, earliest_on)


def _is_contraindicated(progress: Progress, forbidding: list[Contraindication]) -> bool:
    """Table 7-7: everything is forbidden, or every vaccine that the doses to come prefer."""
    forbidden = {product for rule in forbidding for product in rule.products}
    preferred = {use.product for dose in progress.remaining for use in dose.preferable}
    return any(not rule.products for rule in forbidding) or (bool(preferred) and preferred <= forbidden)


def _due(
    progress: Progress, target: TargetDose, earliest_on: date, forbidding: list[Contraindication], on: date
) -> Due:
    """Table 7-13."""
    person = progress.person
    maximum = person.reaches(target.ages_on(on).maximum)
    recommended_on = max(earliest_on, _recommended_on(progress, target, on) or earliest_on)
    forbidden = {product for rule in forbidding for product in rule.products}
    # Days that have passed are no days to give it: today stands for them.
    days = (max(earliest_on, on), max(recommended_on, on))
    products = _usable((use for use in target.preferable if use.is_forecast), person, forbidden, days)
    others = _usable((*target.preferable, *target.allowable), person, forbidden, days)
    return Due(
        number=_number(progress),
        target=target.number,
        course=target.course,
        earliest_on=earliest_on,
        recommended_on=recommended_on,
        past_due_on=_past_due_on(progress, target, earliest_on, on),
        latest_on=maximum - timedelta(days=1) if maximum else None,
        products=products,
        others=tuple(product for product in others if product not in products),
        is_laid_down=_is_laid_down(progress, target, on),
    )


def _is_laid_down(progress: Progress, target: TargetDose, on: date) -> bool:
    ages = target.ages_on(on)
    by_age = progress.person.reaches(ages.minimum) or progress.person.reaches(ages.earliest_recommended)
    by_interval = _interval_days(progress, target, on, "minimum") or _recommended_on(progress, target, on)
    return bool(by_age or by_interval or target.season_begins_on)


def _number(progress: Progress) -> int:
    """FORECASTDN-1: one more than were satisfied, not left out; of doses with a season, only since it began."""
    seasons = {dose.number: dose.season_begins_on for dose in progress.series.doses}
    begun = [verdict for verdict in progress.valid if verdict.dose.given_on >= (seasons[verdict.number] or date.min)]
    return len(begun) + 1


def _earliest_on(progress: Progress, target: TargetDose, on: date) -> date:
    """FORECASTDTCAN-1: the latest of all that must come first; the day of birth or the forecast where nothing must."""
    given = [verdict.dose.given_on for verdict in progress.verdicts if verdict.is_evaluated]
    minimum = progress.person.reaches(target.ages_on(on).minimum)
    days = [minimum, target.season_begins_on, *given, *_interval_days(progress, target, on, "minimum")]
    return max((day for day in days if day), default=progress.person.born_on or on)


def _recommended_on(progress: Progress, target: TargetDose, on: date) -> date | None:
    """FORECASTDT-2: by age where the schedule recommends one, else by interval."""
    by_age = progress.person.reaches(target.ages_on(on).earliest_recommended)
    return by_age or max(_interval_days(progress, target, on, "earliest_recommended"), default=None)


def _past_due_on(progress: Progress, target: TargetDose, earliest_on: date, on: date) -> date | None:
    """FORECASTDT-3 and -6."""
    by_age = progress.person.reaches(target.ages_on(on).latest_recommended)
    latest = by_age or max(_interval_days(progress, target, on, "latest_recommended"), default=None)
    return max(earliest_on, latest - timedelta(days=1)) if latest else None


def _interval_days(progress: Progress, target: TargetDose, on: date, bound: str) -> list[date]:
    """The days that the intervals in force lead to, for one of their bounds."""
    days = (_bound_day(progress, interval, bound) for interval in target.intervals_on(on))
    return [day for day in days if day]


def _bound_day(progress: Progress, interval: Interval, bound: str) -> date | None:
    day: date | None = reference_day(progress, interval)
    span: Span | None = getattr(interval, bound)
    return span.after(day) if day and span else None


def _usable(
    uses: Iterable[ProductUse], person: Person, forbidden: set[str], days: tuple[date, date]
) -> tuple[str, ...]:
    """FORECASTRECVAC-1: fit for the age on the earliest or the recommended day, and not contraindicated; each once."""
    fit = (
        use.product
        for use in uses
        if use.product not in forbidden
        and any(use.holds(day) and person.is_aged(day, use.from_age, use.before_age) for day in days)
    )
    return tuple(dict.fromkeys(fit))


def _applies(rule: Contraindication, person: Person, on: date) -> bool:
    return rule.observation in person.observations and person.is_aged(on, rule.from_age, rule.before_age)
