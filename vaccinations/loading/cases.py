"""Test cases of a schedule (JSON): what the engine makes of each, beside what the file expects. Pure but for the file.

A case: id, dob, gender, assessment_date, doses [date, cvx, mvx, expected_status, expected_reason], and what is expected:
series_status, next_dose, earliest, recommended, past_due. The engine is given the facts alone, never the expectations.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from vaccinations.engine.rules import GivenDose, Person, Schedule
from vaccinations.schedule import Assessment, assess

NOTHING = "none"


@dataclass(frozen=True)
class Fact:
    """One thing said of a case: its kind (what the counts are by), and how it came out."""

    kind: str
    label: str
    found: str
    expected: str

    @property
    def differs(self) -> bool:
        return self.found.casefold() != self.expected.casefold()


@dataclass(frozen=True)
class Outcome:
    id: str
    name: str
    series: str
    facts: tuple[Fact, ...]

    @property
    def differs(self) -> bool:
        return any(fact.differs for fact in self.facts)


def compare(schedule: Schedule, case: dict[str, Any]) -> Outcome:
    """Returns every fact of the case; raises KeyError or ValueError where the case is damaged."""
    person = Person(born_on=date.fromisoformat(case["dob"]), sex=case["gender"])
    history = [_dose(dose) for dose in case["doses"]]
    on = date.fromisoformat(case["assessment_date"])
    assessment = assess(schedule=schedule, person=person, history=history, on=on)
    facts = (*_dose_facts(case, assessment), *_series_facts(case["expected"], assessment))
    return Outcome(case["id"], case["name"], assessment.series if assessment else NOTHING, facts)


def counts(outcomes: list[Outcome]) -> str:
    """The last line: cases and facts as expected, and the differences by kind."""
    facts = [fact for outcome in outcomes for fact in outcome.facts]
    wrong = Counter(fact.kind for fact in facts if fact.differs)
    alike = sum(not outcome.differs for outcome in outcomes)
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(wrong.items())) or NOTHING
    right = len(facts) - wrong.total()
    return f"{alike} of {len(outcomes)} cases, {right} of {len(facts)} facts as expected; differences: {kinds}"


def _dose(facts: dict[str, Any]) -> GivenDose:
    return GivenDose(
        product=facts["cvx"], given_on=date.fromisoformat(facts["date"]), manufacturer=facts.get("mvx") or ""
    )


def _dose_facts(case: dict[str, Any], assessment: Assessment | None) -> Iterator[Fact]:
    for index, dose in enumerate(case["doses"]):
        verdict = assessment.verdicts[index] if assessment else None
        label = f"dose {index + 1}, {dose['date']}, {dose['cvx']}"
        yield Fact("dose status", label, verdict.status if verdict else NOTHING, dose["expected_status"])
        if dose.get("expected_reason"):
            found = verdict.reason if verdict and verdict.reason else NOTHING
            yield Fact("reason", f"dose {index + 1}, reason", found, dose["expected_reason"])


def _series_facts(expected: dict[str, Any], assessment: Assessment | None) -> Iterator[Fact]:
    due = assessment.due if assessment else None
    yield Fact("series status", "series", assessment.status if assessment else NOTHING, expected["series_status"])
    if expected["next_dose"]:
        yield Fact("next dose", "next dose", str(due.number) if due else NOTHING, expected["next_dose"])
    found = {
        "earliest": due and due.earliest_on,
        "recommended": due and due.recommended_on,
        "past_due": due and due.past_due_on,
    }
    for name, day in found.items():
        yield Fact(name.replace("_", " "), name.replace("_", " "), str(day or NOTHING), expected[name] or NOTHING)
