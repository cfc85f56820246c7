"""Which doses of a history satisfy a series, and why the others do not. Pure. CDSi Logic Specification, chapter 6."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from operator import eq, gt, lt

from vaccinations.engine.rules import (
    Condition,
    Context,
    GivenDose,
    Interval,
    Person,
    ProductUse,
    Series,
    Skip,
    SkipSet,
    TargetDose,
)
from vaccinations.engine.spans import Span

COMPARISONS: dict[str, Callable[[int, int], bool]] = {"greater than": gt, "equal to": eq, "less than": lt}


class DoseStatus(StrEnum):
    VALID = "Valid"
    NOT_VALID = "Not Valid"
    EXTRANEOUS = "Extraneous"
    SUBSTANDARD = "Sub-standard"


class Reason(StrEnum):
    GRACE = "Grace period"
    TOO_YOUNG = "Age: too young"
    TOO_OLD = "Age: too old"
    TOO_SOON = "Interval: too short"
    INADVERTENT = "Inadvertent Vaccine"
    PRODUCT = "Not a preferable or allowable vaccine"
    SUBSTANDARD = "Expired, recalled or spoilt"
    BEYOND = "After the last dose of the series"


@dataclass(frozen=True)
class Verdict:
    """What one dose is to one series; `number` is the target dose it satisfied, None where it satisfied none.

    All reasons that apply are told: "too young" and "too short an interval" may both be true.
    """

    dose: GivenDose
    status: DoseStatus
    reasons: tuple[Reason, ...] = ()
    number: int | None = None

    @property
    def reason(self) -> str:
        """The first of the reasons in the order in which the specification asks; empty for none."""
        return self.reasons[0] if self.reasons else ""

    @property
    def is_counted_from(self) -> bool:
        """Whether an interval to the next dose starts here (CALCDTINT-1)."""
        return self.is_evaluated and Reason.INADVERTENT not in self.reasons

    @property
    def is_evaluated(self) -> bool:
        """Whether the dose was held against a target dose: not where it was spoilt, or came after the last."""
        return self.status in {DoseStatus.VALID, DoseStatus.NOT_VALID} or Reason.TOO_OLD in self.reasons


@dataclass
class Progress:
    """A person on the way through one series."""

    series: Series
    person: Person
    verdicts: list[Verdict] = field(default_factory=list)
    skipped: set[int] = field(default_factory=set)
    position: int = 0
    completed_groups: frozenset[str] = frozenset()

    @property
    def target(self) -> TargetDose | None:
        """The dose that is to be satisfied next, None after the last."""
        return self.series.doses[self.position] if self.position < len(self.series.doses) else None

    @property
    def remaining(self) -> Sequence[TargetDose]:
        return self.series.doses[self.position :]

    @property
    def valid(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.status == DoseStatus.VALID]

    def copy(self) -> "Progress":
        """The same way so far; going on with one leaves the other where it is."""
        return replace(self, verdicts=list(self.verdicts), skipped=set(self.skipped))

    def skip_target(self) -> None:
        """The next dose is left out: the one after it is next."""
        self.skipped.add(self.target.number)
        self.position += 1


@dataclass(frozen=True)
class Shortfall:
    """An interval that a dose does not keep in full: since when it runs, and from when the dose counts, and is in time."""

    interval: Interval
    since: date
    counts_from: date
    in_time_from: date


def evaluate(
    series: Series, person: Person, history: Iterable[GivenDose], completed_groups: frozenset[str] = frozenset()
) -> Progress:
    """Returns how far the doses, oldest first, bring the person in the series."""
    progress = Progress(series, person, completed_groups=completed_groups)
    for dose in history:
        approach(progress, dose)
        verdict = judge(progress, dose)
        progress.verdicts.append(verdict)
        if verdict.status == DoseStatus.VALID and not progress.target.is_recurring:
            progress.position += 1
    return progress


def approach(progress: Progress, dose: GivenDose) -> TargetDose | None:
    """Returns the target that the dose is held against; those that may be left out on its day are left behind."""
    if not dose.is_substandard:
        while progress.target and is_skippable(progress, Context.EVALUATION, dose.given_on):
            progress.skip_target()
    return progress.target


def judge(progress: Progress, dose: GivenDose) -> Verdict:
    """Returns what the dose is worth for the present target: sections 4.4, 6.1 and 6.3 to 6.10."""
    target = progress.target
    if target is None:
        return Verdict(dose, DoseStatus.EXTRANEOUS, (Reason.BEYOND,))
    if dose.is_substandard:
        return Verdict(dose, DoseStatus.SUBSTANDARD, (Reason.SUBSTANDARD,))
    if any(suits(use, dose, progress.person) for use in target.inadvertent):
        return Verdict(dose, DoseStatus.NOT_VALID, (Reason.INADVERTENT,))
    faults = tuple(_faults(progress, target, dose))
    if Reason.TOO_OLD in faults:
        return Verdict(dose, DoseStatus.EXTRANEOUS, (Reason.TOO_OLD,))
    if faults:
        return Verdict(dose, DoseStatus.NOT_VALID, faults)
    return Verdict(dose, DoseStatus.VALID, _grace(progress, target, dose), target.number)


def shortfalls(progress: Progress, target: TargetDose, on: date) -> list[Shortfall]:
    """The intervals that a dose given for that target on that day would not keep in full, preferable ones."""
    found = []
    for interval in target.intervals_on(on):
        since = reference_day(progress, interval)
        counts_from = _from(since, interval.absolute_minimum) or since
        in_time_from = max(filter(None, (_from(since, interval.minimum), counts_from)), default=None)
        if since and on < in_time_from:
            found.append(Shortfall(interval, since, counts_from, in_time_from))
    return found


def reference_day(progress: Progress, interval: Interval) -> date | None:
    """The day an interval is counted from: CALCDTINT-1, -2, -8 and -9. None where there was no such thing yet."""
    if interval.from_observation:
        return progress.person.observations.get(interval.from_observation)
    counted = [verdict for verdict in progress.verdicts if _starts(interval, verdict)]
    return counted[-1].dose.given_on if counted else None


def is_skippable(progress: Progress, context: Context, on: date, anchor: date | None = None) -> bool:
    """Whether the next target dose may be left out (Table 6-11).

    `on` is the day the conditions are held against (CONDSKIP-2), `anchor` the one by which sets are in force
    (RELEVANT-2) where it is another: a forecast is validated for a later day by the rules of the day it is made.
    """
    wanted = {context, Context.BOTH}
    skips = (skip for skip in progress.target.skips if skip.context in wanted)
    return any(_is_met(progress, skip, on, anchor or on) for skip in skips)


def suits(use: ProductUse, dose: GivenDose, person: Person) -> bool:
    """Whether the dose is of that product, at an age for it and under a rule of its day (Tables 6-26 and 6-29).

    A trade name or manufacturer that is not known of the dose is not held against it.
    """
    return (
        use.product == dose.product
        and use.holds(dose.given_on)
        and person.is_aged(dose.given_on, use.from_age, use.before_age)
        and (not dose.trade_name or use.trade_name in {"", dose.trade_name})
        and (not dose.manufacturer or use.manufacturer in {"", dose.manufacturer})
    )


def _faults(progress: Progress, target: TargetDose, dose: GivenDose) -> Iterator[Reason]:
    person, on = progress.person, dose.given_on
    ages = target.ages_on(on)
    if _is_before(on, person.reaches(ages.absolute_minimum)) or _is_before(on, person.born_on):
        yield Reason.TOO_YOUNG
    maximum = person.reaches(ages.maximum)
    if maximum and on >= maximum:
        yield Reason.TOO_OLD
    if not _intervals_kept(progress, target, on):
        yield Reason.TOO_SOON
    # A dose without any product rule: the schedule does not lay down the product, so none is wrong.
    uses = (*target.preferable, *target.allowable)
    if uses and not any(suits(use, dose, person) for use in uses):
        yield Reason.PRODUCT


def _intervals_kept(progress: Progress, target: TargetDose, on: date) -> bool:
    """Section 6.5: all preferable intervals; else 6.6: an allowable one."""
    if all(_is_kept(progress, interval, on) for interval in target.intervals_on(on)):
        return True
    allowable = [interval for interval in target.allowable_intervals if interval.holds(on)]
    return any(_is_kept(progress, interval, on) for interval in allowable)


def _is_kept(progress: Progress, interval: Interval, on: date) -> bool:
    return not _is_before(on, _from(reference_day(progress, interval), interval.absolute_minimum))


def _grace(progress: Progress, target: TargetDose, dose: GivenDose) -> tuple[Reason, ...]:
    """A dose after the absolute minimum and before the minimum counts, and says so (Tables 6-15 and 6-18)."""
    minima = [progress.person.reaches(target.ages_on(dose.given_on).minimum)]
    for interval in target.intervals_on(dose.given_on):
        minima.append(_from(reference_day(progress, interval), interval.minimum))
    return (Reason.GRACE,) if any(_is_before(dose.given_on, day) for day in minima) else ()


def _is_before(on: date, day: date | None) -> bool:
    return day is not None and on < day


def _from(day: date | None, span: Span | None) -> date | None:
    return span.after(day) if day and span else None


def _starts(interval: Interval, verdict: Verdict) -> bool:
    if interval.from_previous:
        return verdict.is_counted_from
    if interval.from_number is not None:
        return verdict.number == interval.from_number
    return verdict.dose.product in interval.from_products and Reason.INADVERTENT not in verdict.reasons


def _is_met(progress: Progress, skip: Skip, on: date, anchor: date) -> bool:
    met = [_is_set_met(progress, group, on) for group in skip.sets if group.holds(anchor)]
    return bool(met) and (all(met) if skip.needs_all else any(met))


def _is_set_met(progress: Progress, group: SkipSet, on: date) -> bool:
    met = [_is_condition_met(progress, condition, on) for condition in group.conditions]
    return bool(met) and (all(met) if group.needs_all else any(met))


def _is_condition_met(progress: Progress, condition: Condition, on: date) -> bool:
    """Tables 6-6 to 6-9."""
    match condition.kind:
        case "age":
            known = progress.person.born_on is not None
            return known and progress.person.is_aged(on, condition.from_age, condition.before_age)
        case "count":
            return COMPARISONS[condition.comparison](_count(progress, condition), condition.number)
        case "interval":
            day = _from(progress.verdicts[-1].dose.given_on if progress.verdicts else None, condition.interval)
            return day is not None and day <= on
        case "completed":
            return not condition.series_groups.isdisjoint(progress.completed_groups)
    raise ValueError(f"no such condition: {condition.kind!r}")


def _count(progress: Progress, condition: Condition) -> int:
    """CONDSKIP-1: how many of the doses so far are of these products, within these ages or days."""
    verdicts = progress.valid if condition.is_valid_only else progress.verdicts
    return sum(_counts(progress.person, condition, verdict.dose) for verdict in verdicts)


def _counts(person: Person, condition: Condition, dose: GivenDose) -> bool:
    on = dose.given_on
    return (
        (not condition.products or dose.product in condition.products)
        and person.is_aged(on, condition.from_age, condition.before_age)
        and (condition.from_day is None or condition.from_day <= on)
        and (condition.before_day is None or on < condition.before_day)
    )
