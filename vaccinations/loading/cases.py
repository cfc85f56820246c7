"""Test cases of a schedule (JSON): what the engine makes of each, beside what the file expects. Pure but for the file.

A case: id, dob, gender, assessment_date, doses [date, cvx, mvx, expected_status, expected_reason], and what is expected:
series_status, next_dose, earliest, recommended, past_due; `observations`, a list of codes, where the person has any. The
engine is given the facts alone, never the expectations. What a case does not say is left open: a column that is missing, empty
or "n/a" says nothing, one that is not known here is passed over, and a dose without a day or product is told and not judged.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from vaccinations.engine.rules import GivenDose, Person, Schedule
from vaccinations.schedule import Assessment, assess

NOTHING = "none"
UNSAID = frozenset({"", "n/a", "na", "none", "null", "-"})
# The specification's words, and the shorter ones of the files.
SAME_WORDS = {
    "too soon": "too short",
    "inadvertent administration": "inadvertent vaccine",
    "past series completion": "after the last dose of the series",
}
AMERICAN_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Fact:
    """One thing said of a case: its kind (what the counts are by), and how it came out."""

    kind: str
    label: str
    found: str
    expected: str

    @property
    def differs(self) -> bool:
        return _plain(self.found) != _plain(self.expected)


@dataclass(frozen=True)
class Reasons(Fact):
    """Several may apply to a dose; the file names one, or some, of them."""

    @property
    def differs(self) -> bool:
        return not _parts(self.expected) <= _parts(self.found)


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
    """Returns every fact of the case; raises KeyError, TypeError or ValueError where the case is damaged."""
    person = Person(
        born_on=_day(case.get("dob")), sex=_said(case.get("gender"))[:1].upper(), observations=_observations(case)
    )
    doses = [dose for dose in case["doses"] or () if any(_said(dose.get(name)) for name in ("date", "cvx"))]
    judged = [index for index, dose in enumerate(doses) if _said(dose.get("date")) and _said(dose.get("cvx"))]
    on = _day(case["assessment_date"])
    if on is None:
        raise ValueError(f"case {case['id']} has no assessment date")
    assessment = assess(schedule=schedule, person=person, history=[_dose(doses[index]) for index in judged], on=on)
    verdicts = dict(zip(judged, assessment.verdicts, strict=True)) if assessment else {}
    facts = (*_dose_facts(doses, verdicts), *_series_facts(case["expected"], assessment))
    name = _said(case.get("name"))
    return Outcome(str(case["id"]), name, assessment.series if assessment else NOTHING, facts)


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
        product=_said(facts["cvx"]),
        given_on=_day(facts["date"]),
        manufacturer=_said(facts.get("mvx")),
        is_substandard=_said(facts.get("condition_flag")).upper().startswith("Y"),
    )


def _observations(case: dict[str, Any]) -> dict[str, date | None]:
    """Codes, or objects with a code and perhaps a date."""
    found = case.get("observations") or []
    entries = [entry if isinstance(entry, dict) else {"code": entry} for entry in found]
    return {_said(entry["code"]): _day(entry.get("date")) for entry in entries}


def _dose_facts(doses: list[dict[str, Any]], verdicts: dict[int, Any]) -> Iterator[Fact]:
    for index, dose in enumerate(doses):
        verdict = verdicts.get(index)
        label = f"dose {index + 1}, {_said(dose.get('date')) or 'no day'}, {_said(dose.get('cvx')) or 'no product'}"
        if status := _said(dose.get("expected_status")):
            yield Fact("dose status", label, verdict.status if verdict else NOTHING, status)
        if reason := _listed(dose.get("expected_reason")):
            found = "; ".join(verdict.reasons) if verdict else ""
            yield Reasons("reason", f"dose {index + 1}, reason", found or NOTHING, reason)


def _series_facts(expected: dict[str, Any], assessment: Assessment | None) -> Iterator[Fact]:
    due = assessment.due if assessment else None
    status = assessment.status if assessment else NOTHING
    yield Fact("series status", "series", status, _said(expected.get("series_status")) or NOTHING)
    if number := _said(expected.get("next_dose")):
        yield Fact("next dose", "next dose", str(due.number) if due else NOTHING, number)
    found = {
        "earliest": due and due.earliest_on,
        "recommended": due and due.recommended_on,
        "past_due": due and due.past_due_on,
    }
    for name, day in found.items():
        label = name.replace("_", " ")
        yield Fact(label, label, str(day or NOTHING), _expected_day(expected.get(name)))


def _expected_day(value: Any) -> str:
    """The day as we write it; what is none stays as the file has it, and differs."""
    try:
        return str(_day(value) or NOTHING)
    except ValueError:
        return _said(value)


def _said(value: Any) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return "" if text.casefold() in UNSAID else text


def _listed(value: Any) -> str:
    """Reasons as one text, be they a list or a text."""
    return "; ".join(filter(None, map(_said, value))) if isinstance(value, list) else _said(value)


def _day(value: Any) -> date | None:
    """A day as ISO 8601 writes it, with a time or without, or as CDC's sheets do (10/19/2022)."""
    text = _said(value)
    if american := AMERICAN_DAY.fullmatch(text):
        month, day, year = map(int, american.groups())
        return date(year, month, day)
    return date.fromisoformat(text[:10]) if text else None


def _plain(text: str) -> str:
    """The words alone: "Not Complete" and "Not complete" are one status, "Sub-standard" and "Substandard", too."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _parts(text: str) -> set[str]:
    reasons = (part.rpartition(":")[2].strip().casefold() for part in text.split(";"))
    return {SAME_WORDS.get(reason, reason) for reason in reasons}
