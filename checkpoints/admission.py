"""Who may pass: a pure function of facts and rules. First the strictest outcome, and every rule that spoke.

A condition is true, false or, where its facts are unknown, neither. A rule that would speak but for unknown facts asks the
officer to check: unknown is never guessed, neither for nor against anybody.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from residents.birth import UNKNOWN, Birth, Precision
from vaxreg.language import named


class Verdict(TextChoices):
    PASS = "PASS", _("PASS")
    CHECK = "CHECK", _("CHECK")
    STOP = "STOP", _("STOP")


STRICTNESS = {Verdict.STOP: 0, Verdict.CHECK: 1, Verdict.PASS: 2}
NO_OBJECTION = "no-objection"
# What an officer may have to find out, by kind of condition.
UNKNOWNS = {
    "symptoms": _("signs of illness"),
    "contact": _("contact with a case"),
    "registered": _("a number of their own"),
    "origin-level": _("risk level of the place of origin"),
    "younger-than": _("age"),
    "doses": _("doses of vaccine"),
    "tested": _("result of a test"),
    "recovered": _("proof of recovery"),
    "vehicle": _("vehicle"),
}


@dataclass(frozen=True)
class GivenDose:
    """A dose of a product; where the day is unknown, `given_by` may tell a day on which it had been given."""

    product: str
    given_on: date | None = None
    given_by: date | None = None


@dataclass(frozen=True)
class TakenTest:
    kind: str
    is_negative: bool
    taken_at: datetime


@dataclass(frozen=True)
class Facts:
    """What is known of one person at one moment; None is unknown, an empty tuple is known to be none."""

    at: datetime
    is_registered: bool | None = None
    # None: no declaration was filed.
    declared_until: datetime | None = None
    symptoms: tuple[str, ...] | None = None
    had_contact: bool | None = None
    # Which facts differ between card, declaration and registry: "name", "birth", "sex".
    disagreements: tuple[str, ...] = ()
    origin_level: int | None = None
    birth: Birth = UNKNOWN
    doses: tuple[GivenDose, ...] | None = None
    tests: tuple[TakenTest, ...] | None = None
    # False: says or shows that there was no recovery; the day is that of the proof seen.
    has_recovered: bool | None = None
    recovered_on: date | None = None
    vehicle: str | None = None

    @property
    def is_declared(self) -> bool:
        return self.declared_until is not None and self.declared_until > self.at

    @property
    def on(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Condition:
    """One condition; `number` is a level, years, doses or months, as its kind says."""

    kind: str
    is_negated: bool = False
    number: int | None = None
    days: int | None = None
    hours: int | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """Speaks when all its conditions hold; one without conditions always speaks."""

    code: str
    outcome: Verdict
    reason: str | Promise
    reason_en: str = ""
    conditions: tuple[Condition, ...] = ()

    @property
    def spoken(self) -> "Reason":
        return Reason(self.code, Verdict(self.outcome), self.reason, self.reason_en)


@dataclass(frozen=True)
class Reason:
    """Why a rule spoke; `missing` are the kinds of facts without which it could only ask to check."""

    code: str
    outcome: Verdict
    name: str | Promise
    name_en: str = ""
    missing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The reason in the language of the screen, with what is not known."""
        if not self.missing:
            return str(named(self))
        unknowns = ", ".join(str(UNKNOWNS[kind]) for kind in self.missing)
        # Translators: a rule's reason that may apply, such as "No test (not known: result of a test)".
        return gettext("%(reason)s (not known: %(unknowns)s)") % {"reason": named(self), "unknowns": unknowns}


@dataclass(frozen=True)
class Decision:
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]


def decide(facts: Facts, rules: Iterable[Rule]) -> Decision:
    """Returns the strictest outcome and every rule that spoke: strictest first, ties in the order of the rules.

    Where no rule speaks there is nothing to object.
    """
    spoken = [reason for rule in rules if (reason := _heard(rule, facts))]
    if not spoken:
        spoken = [Reason(NO_OBJECTION, Verdict.PASS, _("Nothing to object"))]
    spoken.sort(key=lambda reason: STRICTNESS[reason.outcome])
    return Decision(spoken[0].outcome, tuple(spoken))


def holds(condition: Condition, facts: Facts) -> bool | None:
    """Returns whether the condition holds, or None where its facts are unknown. Raises KeyError for an unknown kind."""
    found = KINDS[condition.kind](facts, condition)
    return found if found is None else found is not condition.is_negated


def _heard(rule: Rule, facts: Facts) -> Reason | None:
    found = [(condition.kind, holds(condition, facts)) for condition in rule.conditions]
    if any(truth is False for _kind, truth in found):
        return None
    missing = tuple(dict.fromkeys(kind for kind, truth in found if truth is None))
    # Whatever is unknown about a rule that lets pass, it stops nobody: there is nothing to check.
    if missing and rule.outcome == Verdict.PASS:
        return None
    outcome = Verdict.CHECK if missing else Verdict(rule.outcome)
    return Reason(rule.code, outcome, rule.reason, rule.reason_en, missing)


def _from_level(facts: Facts, condition: Condition) -> bool | None:
    return None if facts.origin_level is None else facts.origin_level >= condition.number


def _is_younger(facts: Facts, condition: Condition) -> bool | None:
    """Whoever was born some day of a year may be one of two ages."""
    if facts.birth.earliest is None:
        return None
    oldest, youngest = facts.birth.age_on(facts.on), _latest(facts.birth).age_on(facts.on)
    if (oldest < condition.number) == (youngest < condition.number):
        return oldest < condition.number
    return None


def _latest(birth: Birth) -> Birth:
    """The last day that the birth can have been."""
    born = birth.earliest
    if birth.precision == Precision.YEAR:
        born = born.replace(month=12, day=31)
    elif birth.precision == Precision.MONTH:
        born = born.replace(day=monthrange(born.year, born.month)[1])
    return replace(birth, earliest=born)


def _has_doses(facts: Facts, condition: Condition) -> bool | None:
    """Whether so many doses were given so many days ago: a further dose yesterday takes away none of them."""
    if facts.doses is None:
        return None
    last_day, needed = facts.on - timedelta(days=condition.days or 0), condition.number or 1
    found = [_counts(dose, condition.codes, last_day) for dose in facts.doses]
    if found.count(True) >= needed:
        return True
    return None if found.count(True) + found.count(None) >= needed else False


def _counts(dose: GivenDose, products: tuple[str, ...], last_day: date) -> bool | None:
    if products and dose.product and dose.product not in products:
        return False
    if dose.given_on and dose.given_on > last_day:
        return False
    given_by = dose.given_on or dose.given_by
    is_known = (dose.product or not products) and given_by and given_by <= last_day
    return True if is_known else None


def _is_tested(facts: Facts, condition: Condition) -> bool | None:
    """To the second: a test of exactly so many hours ago still counts."""
    if facts.tests is None:
        return None
    oldest = facts.at - timedelta(hours=condition.hours)
    return any(
        test.is_negative
        and oldest <= test.taken_at <= facts.at
        and (not condition.codes or test.kind in condition.codes)
        for test in facts.tests
    )


def _is_tested_positive(facts: Facts, _condition: Condition) -> bool:
    """Speaks of what was declared: where nothing is, nothing positive is declared."""
    return any(not test.is_negative for test in facts.tests or ())


def _has_recovered(facts: Facts, condition: Condition) -> bool | None:
    if facts.has_recovered and facts.recovered_on:
        return _months_before(facts.on, condition.number) <= facts.recovered_on <= facts.on
    return False if facts.has_recovered is False else None


def _months_before(day: date, months: int) -> date:
    """31 May less three months is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _uses_vehicle(facts: Facts, condition: Condition) -> bool | None:
    return None if facts.vehicle is None else facts.vehicle in condition.codes


# Illness and contact are known from a declaration in force only: an older one no longer stops anybody, they are asked again.
KINDS = {
    "declared": lambda facts, _condition: facts.is_declared,
    "expired": lambda facts, _condition: facts.declared_until is not None and not facts.is_declared,
    "symptoms": lambda facts, _condition: None if facts.symptoms is None else bool(facts.symptoms),
    "contact": lambda facts, _condition: facts.had_contact,
    "registered": lambda facts, _condition: facts.is_registered,
    "disagreement": lambda facts, _condition: bool(facts.disagreements),
    "origin-level": _from_level,
    "younger-than": _is_younger,
    "doses": _has_doses,
    "tested": _is_tested,
    "positive": _is_tested_positive,
    "recovered": _has_recovered,
    "vehicle": _uses_vehicle,
}


def facts_as_json(facts: Facts) -> dict[str, Any]:
    """Returns the facts as the access log keeps them, to be judged again by other rules: no name, no phone, no number."""
    return {name: value for name, value in asdict(facts).items() if value is not None}


def facts_from_json(kept: Mapping[str, Any]) -> Facts:
    """Returns the facts that `facts_as_json` gave, as they came back from the access log."""
    read = dict(kept)
    for name, reader in READERS.items():
        if read.get(name) is not None:
            read[name] = reader(read[name])
    return Facts(**read)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


READERS = {
    "at": datetime.fromisoformat,
    "declared_until": datetime.fromisoformat,
    "symptoms": tuple,
    "disagreements": tuple,
    "birth": lambda kept: Birth(_day(kept["earliest"]), kept["precision"]),
    "doses": lambda kept: tuple(
        GivenDose(dose["product"], _day(dose["given_on"]), _day(dose["given_by"])) for dose in kept
    ),
    "tests": lambda kept: tuple(
        TakenTest(test["kind"], test["is_negative"], datetime.fromisoformat(test["taken_at"])) for test in kept
    ),
    "recovered_on": date.fromisoformat,
}
