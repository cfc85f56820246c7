"""What a screening comes to before a dose. Pure: the checklist's rows and what was noted in, a conclusion and its reasons out.

The rows are those of the ministry's decisions (vaccinations/data/screening_items.csv, vital_limits.csv), each judged by
its dates in force. What is not noted is not noted: it is neither a "no" nor a reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from residents.birth import Birth

ADULT_YEARS = 18


class Conclusion(StrEnum):
    """In the words of the form; a dose is given after the first two only. The last is a doctor's to say."""

    ELIGIBLE = "eligible"
    CAUTION = "caution"
    DELAY = "delay"
    REFER = "refer"
    CONTRAINDICATED = "contraindicated"
    UNDECIDED = "undecided"


ALLOWS_DOSE = frozenset({Conclusion.ELIGIBLE, Conclusion.CAUTION})
# From the mildest; an item whose conclusion no decision lays down leaves all but a contraindication to the doctor.
STRICTNESS = (
    Conclusion.ELIGIBLE,
    Conclusion.CAUTION,
    Conclusion.DELAY,
    Conclusion.REFER,
    Conclusion.UNDECIDED,
    Conclusion.CONTRAINDICATED,
)


class Audience(StrEnum):
    EVERYBODY = "everybody"
    ADULT = "adult"
    CHILD = "child"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every row of a checklist has: for whom, and while in force."""

    audience: str
    begins_on: date | None = None
    ends_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the row is in force on that day."""
        return (self.begins_on is None or self.begins_on <= on) and (self.ends_on is None or on <= self.ends_on)


RowType = TypeVar("RowType", bound=Row)


@dataclass(frozen=True, kw_only=True)
class Item(Row):
    """A line of the checklist; `conclusion` is what "yes" comes to, empty where no decision says."""

    code: str
    conclusion: str


@dataclass(frozen=True, kw_only=True)
class Limit(Row):
    """What is abnormal of a vital sign, and of whom it is to be measured; None: no limit on that side."""

    vital: str
    lowest: Decimal | None = None
    highest: Decimal | None = None
    rise_over_usual: Decimal | None = None
    is_needed_for_all: bool = False
    needed_above_age: int | None = None

    def is_abnormal(self, value: Decimal, usual: Decimal | None) -> bool:
        """Whether the value lies outside; `usual` is the person's own, where it is known."""
        is_low = self.lowest is not None and value < self.lowest
        is_high = self.highest is not None and value > self.highest
        has_risen = self.rise_over_usual is not None and usual is not None and value >= usual + self.rise_over_usual
        return is_low or is_high or has_risen


@dataclass(frozen=True)
class Checklist:
    """The rows for one person on one day."""

    items: Sequence[Item]
    limits: Sequence[Limit]


@dataclass(frozen=True)
class Vitals:
    """What was measured, by the code of the vital sign; `usual_systolic` is what the person usually has."""

    measured: Mapping[str, Decimal] = field(default_factory=dict)
    usual_systolic: Decimal | None = None

    def usual(self, vital: str) -> Decimal | None:
        return self.usual_systolic if vital == "systolic" else None


@dataclass(frozen=True)
class Result:
    """The conclusion; the items noted and the vital signs out of bounds that led to it; what should still be measured."""

    conclusion: Conclusion
    items: tuple[str, ...] = ()
    vitals: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()

    @property
    def allows_dose(self) -> bool:
        return self.conclusion in ALLOWS_DOSE


def audience_of(birth: Birth, *, on: date) -> Audience | None:
    """Returns whose checklist is the person's on that day; None where the date of birth leaves it open."""
    most, least = birth.age_on(on), birth.least_age_on(on)
    if most is None or least is None or most < 0:
        return None
    if least >= ADULT_YEARS:
        return Audience.ADULT
    return Audience.CHILD if most < ADULT_YEARS else None


def checklist_for(items: Iterable[Item], limits: Iterable[Limit], *, audience: Audience | None, on: date) -> Checklist:
    """Returns the rows in force on that day: those of the audience where there are any, else those for everybody.

    Whoever may be either is asked what adults are.
    """
    audience = audience or Audience.ADULT
    return Checklist(items=_meant(items, audience, on), limits=_meant(limits, audience, on))


def conclude(
    checklist: Checklist, *, answers: Mapping[str, str], vitals: Vitals = Vitals(), age: int | None = None
) -> Result:
    """Returns what was noted comes to; `age` is the least that the person can be, None where it is not known."""
    noted = [item for item in checklist.items if answers.get(item.code) == Answer.YES]
    abnormal = [limit for limit in checklist.limits if _is_abnormal(limit, vitals)]
    found = [Conclusion(item.conclusion or Conclusion.UNDECIDED) for item in noted]
    # Abnormal vital signs are a line of the form, too; the children's has none, and there a doctor decides.
    found += [_of_vitals(checklist)] if abnormal else []
    return Result(
        conclusion=max(found, key=STRICTNESS.index, default=Conclusion.ELIGIBLE),
        items=tuple(item.code for item in noted),
        vitals=tuple(limit.vital for limit in abnormal),
        unmeasured=tuple(limit.vital for limit in checklist.limits if _is_missing(limit, vitals, age)),
    )


def _meant(rows: Iterable[RowType], audience: Audience, on: date) -> tuple[RowType, ...]:
    in_force = [row for row in rows if row.holds(on)]
    own = tuple(row for row in in_force if row.audience == audience)
    return own or tuple(row for row in in_force if row.audience == Audience.EVERYBODY)


def _is_abnormal(limit: Limit, vitals: Vitals) -> bool:
    value = vitals.measured.get(limit.vital)
    return value is not None and limit.is_abnormal(value, vitals.usual(limit.vital))


def _of_vitals(checklist: Checklist) -> Conclusion:
    line = next((item for item in checklist.items if item.code == "vital-signs"), None)
    return Conclusion(line.conclusion) if line else Conclusion.UNDECIDED


def _is_missing(limit: Limit, vitals: Vitals, age: int | None) -> bool:
    is_old = limit.needed_above_age is not None and age is not None and age > limit.needed_above_age
    return limit.vital not in vitals.measured and (limit.is_needed_for_all or is_old)
