"""The rules of a vaccination schedule, as the engine takes them: dated, and free of any country or product. Pure.

The words are those of CDC's CDSi Logic Specification (chapters 3 and 5), the most general schedule in public use; a
national schedule uses the few it needs. Empty always means "not laid down", never zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from vaccinations.engine.spans import Span, read_span

DAY = timedelta(days=1)
CONDITION_KINDS = frozenset({"age", "count", "interval", "completed"})
COMPARISONS = frozenset({"greater than", "equal to", "less than"})


class Kind(StrEnum):
    STANDARD = "standard"
    RISK = "risk"
    EVALUATION_ONLY = "evaluation"


class Course(StrEnum):
    """What a dose is to the person: the kinds of Vietnam's rules (FIELD 1.4), empty where a schedule names none."""

    BASIC = "basic"
    ADDITIONAL = "additional"
    BOOSTER = "booster"


class Context(StrEnum):
    EVALUATION = "evaluation"
    FORECAST = "forecast"
    BOTH = "both"


@dataclass(frozen=True)
class InForce:
    """A rule that holds from one day to another (section 3.3): a dose is judged by the rule of its day."""

    begins_on: date | None = None
    ends_on: date | None = None

    def holds(self, on: date) -> bool:
        return (self.begins_on is None or self.begins_on <= on) and (self.ends_on is None or on <= self.ends_on)


@dataclass(frozen=True, kw_only=True)
class Ages(InForce):
    absolute_minimum: Span | None = None
    minimum: Span | None = None
    earliest_recommended: Span | None = None
    latest_recommended: Span | None = None
    maximum: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Interval(InForce):
    """Counted from one thing: the dose before, the dose that satisfied a number, the last of some products, an event."""

    from_previous: bool = False
    from_number: int | None = None
    from_products: frozenset[str] = frozenset()
    from_observation: str = ""
    absolute_minimum: Span | None = None
    minimum: Span | None = None
    earliest_recommended: Span | None = None
    latest_recommended: Span | None = None


@dataclass(frozen=True, kw_only=True)
class ProductUse(InForce):
    """A product that may satisfy the dose, between two ages; `is_forecast`: it is what the next dose should be."""

    product: str
    from_age: Span | None = None
    before_age: Span | None = None
    trade_name: str = ""
    manufacturer: str = ""
    is_forecast: bool = False


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One reason to leave a dose out (section 6.2); `kind` is age, count, interval or completed."""

    kind: str
    from_age: Span | None = None
    before_age: Span | None = None
    from_day: date | None = None
    before_day: date | None = None
    interval: Span | None = None
    products: frozenset[str] = frozenset()
    series_groups: frozenset[str] = frozenset()
    is_valid_only: bool = False
    comparison: str = ""
    number: int = 0

    @classmethod
    def read(cls, facts: dict[str, Any]) -> "Condition":
        """The condition that a JSON object of the same names stands for; raises KeyError, TypeError or ValueError."""
        comparison = facts.get("comparison", "")
        if facts["kind"] not in CONDITION_KINDS or (facts["kind"] == "count" and comparison not in COMPARISONS):
            raise ValueError(f"no such condition: {facts!r}")
        return cls(
            kind=facts["kind"],
            comparison=comparison,
            number=int(facts.get("number", 0)),
            is_valid_only=bool(facts.get("is_valid_only", False)),
            products=frozenset(facts.get("products", ())),
            series_groups=frozenset(facts.get("series_groups", ())),
            **{name: read_span(facts.get(name, "")) for name in ("from_age", "before_age", "interval")},
            **{name: _read_day(facts.get(name)) for name in ("from_day", "before_day")},
        )


@dataclass(frozen=True, kw_only=True)
class SkipSet(InForce):
    conditions: tuple[Condition, ...] = ()
    needs_all: bool = True

    @classmethod
    def read(cls, facts: dict[str, Any]) -> "SkipSet":
        """The set that a JSON object stands for: conditions, needs_all, begins_on, ends_on."""
        return cls(
            conditions=tuple(Condition.read(condition) for condition in facts["conditions"]),
            needs_all=bool(facts.get("needs_all", True)),
            begins_on=_read_day(facts.get("begins_on")),
            ends_on=_read_day(facts.get("ends_on")),
        )


@dataclass(frozen=True)
class Skip:
    context: Context
    sets: tuple[SkipSet, ...] = ()
    needs_all: bool = False


@dataclass(frozen=True, kw_only=True)
class TargetDose:
    """One dose of a series; all its rules, of all times."""

    number: int
    course: str = ""
    ages: tuple[Ages, ...] = ()
    intervals: tuple[Interval, ...] = ()
    allowable_intervals: tuple[Interval, ...] = ()
    preferable: tuple[ProductUse, ...] = ()
    allowable: tuple[ProductUse, ...] = ()
    inadvertent: tuple[ProductUse, ...] = ()
    skips: tuple[Skip, ...] = ()
    is_recurring: bool = False
    season_begins_on: date | None = None
    season_ends_on: date | None = None

    @property
    def dated(self) -> tuple[InForce, ...]:
        """All rules that hold from one day to another, but those for leaving the dose out."""
        products = (*self.preferable, *self.allowable, *self.inadvertent)
        return (*self.ages, *self.intervals, *self.allowable_intervals, *products)

    @property
    def conditions(self) -> Iterator[Condition]:
        """The conditions under which the dose may be left out."""
        return (condition for skip in self.skips for group in skip.sets for condition in group.conditions)

    def ages_on(self, day: date) -> Ages:
        """The age rule in force on that day, an empty one where none is."""
        return next((ages for ages in self.ages if ages.holds(day)), Ages())

    def intervals_on(self, day: date) -> list[Interval]:
        return [interval for interval in self.intervals if interval.holds(day)]


@dataclass(frozen=True)
class Indication:
    """Who a risk series is for: a person with this observation, between two ages."""

    observation: str
    from_age: Span | None = None
    before_age: Span | None = None

    @classmethod
    def read(cls, facts: dict[str, Any]) -> "Indication":
        """The indication that a JSON object stands for: observation, from_age, before_age."""
        return cls(facts["observation"], read_span(facts.get("from_age", "")), read_span(facts.get("before_age", "")))


@dataclass(frozen=True)
class Contraindication:
    """An observation that forbids these products, or all of the schedule where none is named, between two ages."""

    observation: str
    products: frozenset[str] = frozenset()
    from_age: Span | None = None
    before_age: Span | None = None


@dataclass(frozen=True, kw_only=True)
class Series:
    """One way to be protected: its doses in order, and how it competes with the others (chapter 8)."""

    name: str
    doses: tuple[TargetDose, ...]
    kind: str = Kind.STANDARD
    group: str = ""
    equivalent_groups: frozenset[str] = frozenset()
    priority: str = ""
    preference: int = 0
    is_default: bool = False
    is_product_path: bool = False
    minimum_age_to_start: Span | None = None
    maximum_age_to_start: Span | None = None
    sexes: frozenset[str] = frozenset()
    indications: tuple[Indication, ...] = ()


@dataclass(frozen=True)
class Schedule:
    series: tuple[Series, ...]
    contraindications: tuple[Contraindication, ...] = ()

    @cached_property
    def products(self) -> frozenset[str]:
        """Every product that the schedule says anything of."""
        uses = (use for dose in self._doses for use in (*dose.preferable, *dose.allowable, *dose.inadvertent))
        return frozenset(use.product for use in uses)

    @cached_property
    def turning_days(self) -> tuple[date, ...]:
        """The days on which some rule begins to hold, or holds no more."""
        rules = [
            rule for dose in self._doses for rule in (*dose.dated, *(set_ for skip in dose.skips for set_ in skip.sets))
        ]
        begun = {rule.begins_on for rule in rules if rule.begins_on}
        ended = {rule.ends_on + DAY for rule in rules if rule.ends_on}
        seasons = {dose.season_ends_on + DAY for dose in self._doses if dose.season_ends_on}
        return tuple(sorted(begun | ended | seasons))

    @cached_property
    def turning_ages(self) -> tuple[Span, ...]:
        """The ages at which a person comes under other rules."""
        bounds = [*self.contraindications, *(indication for series in self.series for indication in series.indications)]
        for dose in self._doses:
            bounds += (*dose.preferable, *dose.allowable, *dose.conditions)
        spans = {span for bound in bounds for span in (bound.from_age, bound.before_age)}
        spans |= {ages.maximum for dose in self._doses for ages in dose.ages}
        spans |= {span for series in self.series for span in (series.minimum_age_to_start, series.maximum_age_to_start)}
        return tuple(spans - {None})

    @cached_property
    def turning_intervals(self) -> tuple[Span, ...]:
        """How long after the last dose a dose may be left out."""
        return tuple({condition.interval for dose in self._doses for condition in dose.conditions} - {None})

    @property
    def _doses(self) -> Iterator[TargetDose]:
        return (dose for series in self.series for dose in series.doses)


@dataclass(frozen=True, kw_only=True)
class GivenDose:
    """A dose as it was given; `is_substandard`: expired, recalled or spoilt (section 6.1)."""

    product: str
    given_on: date
    manufacturer: str = ""
    trade_name: str = ""
    is_substandard: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """Whom the schedule is applied to. Without a date of birth, no age is checked and none is forecast from.

    `observations` maps the code of a condition, allergy or event to its day, None where the day is not known.
    """

    born_on: date | None = None
    sex: str = ""
    observations: dict[str, date | None] = field(default_factory=dict)
    is_immune: bool = False

    def reaches(self, age: Span | None) -> date | None:
        """The day the person is that old; None where the age is not laid down or the birth not known."""
        return age.after(self.born_on) if age and self.born_on else None

    def is_aged(self, on: date, from_age: Span | None, before_age: Span | None) -> bool:
        """Whether the person is at least as old as the one and not yet as old as the other on that day."""
        begin, end = self.reaches(from_age), self.reaches(before_age)
        return (begin is None or begin <= on) and (end is None or on < end)


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
