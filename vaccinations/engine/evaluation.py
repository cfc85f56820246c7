"""Which doses of a history satisfy a series, and why the others do not. Pure. CDSi Logic Specification, chapter 6."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
    """What one dose is to one series; `number` is the target dose it satisfied, None where it satisfied none."""

    dose: GivenDose
    status: DoseStatus
    reason: str = ""
    number: int | None = None

    @property
    def is_counted_from(self) -> bool:
        """Whether an interval to the next dose starts here (CALCDTINT-1)."""
        return self.status in {DoseStatus.VALID, DoseStatus.NOT_VALID} and self.reason != Reason.INADVERTENT


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

    def skip_target(self) -> None:
        """The next dose is left out: the one after it is next."""
        self.skipped.add(self.target.number)
        self.position += 1


def evaluate(
    series: Series, person: Person, history: Iterable[GivenDose], completed_groups: frozenset[str] = frozenset()
) -> Progress:
    """Returns how far the doses, oldest first, bring the person in the series."""
    progress = Progress(series, person, completed_groups=completed_groups)
    for dose in history:
        _pass_skipped(progress, dose)
        verdict = _judge(progress, dose)
        progress.verdicts.append(verdict)
        if verdict.status == DoseStatus.VALID and not progress.target.is_recurring:
            progress.position += 1
    return progress


def reference_day(progress: Progress, interval: Interval) -> date | None:
    """The day an interval is counted from: CALCDTINT-1, -2, -8 and -9. None where there was no such thing yet."""
    if interval.from_observation:
        return progress.person.observations.get(interval.from_observation)
    counted = [verdict for verdict in progress.verdicts if _starts(interval, verdict)]
    return counted[-1].dose.given_on if counted else None


def is_skippable(progress: Progress, context: Context, on: date) -> bool:
    """Whether the next target dose may be left out (Table 6-11). `on`: CONDSKIP-2, differs with the purpose."""
    wanted = {context, Context.BOTH}
    return any(_is_met(progress, skip, on) for skip in progress.target.skips if skip.context in wanted)


def suits(use: ProductUse, dose: GivenDose, person: Person) -> bool:
    """Whether the dose is of that product, at an age for it and under a rule of its day (Tables 6-30 and 6-33)."""
    return (
        use.product == dose.product
        and use.holds(dose.given_on)
        and person.is_aged(dose.given_on, use.from_age, use.before_age)
        and use.trade_name in {"", dose.trade_name}
        and use.manufacturer in {"", dose.manufacturer}
    )


def _pass_skipped(progress: Progress, dose: GivenDose) -> None:
    while progress.target and is_skippable(progress, Context.EVALUATION, dose.given_on):
        progress.skip_target()


def _judge(progress: Progress, dose: GivenDose) -> Verdict:
    """Sections 6.1, 6.3 to 6.10 in their order: the first fault is the reason."""
    target = progress.target
    if dose.is_substandard:
        return Verdict(dose, DoseStatus.SUBSTANDARD, Reason.SUBSTANDARD)
    if target is None:
        return Verdict(dose, DoseStatus.EXTRANEOUS, Reason.BEYOND)
    fault = next(_faults(progress, target, dose), None)
    if fault == Reason.TOO_OLD:
        return Verdict(dose, DoseStatus.EXTRANEOUS, fault)
    if fault:
        return Verdict(dose, DoseStatus.NOT_VALID, fault)
    return Verdict(dose, DoseStatus.VALID, _grace(progress, target, dose), target.number)


def _faults(progress: Progress, target: TargetDose, dose: GivenDose) -> Iterator[Reason]:
    person, on = progress.person, dose.given_on
    if any(suits(use, dose, person) for use in target.inadvertent):
        yield Reason.INADVERTENT
    ages = target.ages_on(on)
    if _is_before(on, person.reaches(ages.absolute_minimum)):
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


def _grace(progress: Progress, target: TargetDose, dose: GivenDose) -> str:
    """A dose after the absolute minimum and before the minimum counts, and says so (Tables 6-15 and 6-18)."""
    minima = [progress.person.reaches(target.ages_on(dose.given_on).minimum)]
    for interval in target.intervals_on(dose.given_on):
        minima.append(_from(reference_day(progress, interval), interval.minimum))
    return Reason.GRACE if any(_is_before(dose.given_on, day) for day in minima) else ""


def _is_before(on: date, day: date | None) -> bool:
    return day is not None and on < day


def _from(day: date | None, span: Span | None) -> date | None:
    return span.after(day) if day and span else None


def _starts(interval: Interval, verdict: Verdict) -> bool:
    if interval.from_previous:
        return verdict.is_counted_from
    if interval.from_number is not None:
        return verdict.number == interval.from_number
    return verdict.dose.product in interval.from_products and verdict.reason != Reason.INADVERTENT


def _is_met(progress: Progress, skip: Skip, on: date) -> bool:
    met = [_is_set_met(progress, group, on) for group in skip.sets if group.holds(on)]
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
