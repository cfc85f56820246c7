"""What the desk is told: the finding, judged. Pure: no database, no clock."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from checkpoints.admission import Decision, Facts, TakenTest, decide, facts_as_json
from checkpoints.admission import GivenDose as Dose
from checkpoints.answering.found import Filed, Finding, GivenDose, Person, Recent
from checkpoints.answering.recent import CODE as PASSED_HERE
from checkpoints.answering.recent import decide_again
from checkpoints.cards.disagreements import CARD, DECLARATION, REGISTRY, Disagreement, Said, compare
from checkpoints.cards.scan import Scan
from residents.birth import UNKNOWN


@dataclass(frozen=True)
class Proof:
    """What the officer found on asking for a proof of recovery: the day on it, or None where there is none to be seen."""

    recovered_on: date | None = None


@dataclass(frozen=True)
class Answer:
    """`number` is the person's present number, else the one presented; `declaration` the newest in force, else the newest."""

    scan: Scan
    at: datetime
    number: str
    person: Person | None
    declaration: Filed | None
    is_in_force: bool
    doses: tuple[GivenDose, ...]
    disagreements: tuple[Disagreement, ...]
    facts: Facts
    decision: Decision
    # The card shows a number by which nobody is registered, though its old number may lead to somebody.
    can_register: bool
    # The newest passage here, within the last hours.
    recent: Recent | None = None
    # The pass shown is that of somebody without a number, filed under a guardian's.
    is_without_number: bool = False
    is_group_pass: bool = False
    # Somebody told to stop could file again and leave out why: an earlier declaration in force said more.
    is_milder_than_before: bool = False
    # Whether a rule in force here asks for a proof of recovery, and what the officer found.
    asks_proof: bool = False
    proof: Proof | None = None

    @property
    def who(self) -> Said:
        """Name, birth and sex as the best source has them: the registry, else the card, else the declaration."""
        return _registry(self.person) if self.person else _card(self.scan) or _declared(self.declaration) or Said()

    @property
    def judged(self) -> dict[str, object]:
        """What was judged and how, for the access log: by it a draft rule can be tried on real look-ups."""
        decision = self.decision
        return {"facts": facts_as_json(self.facts), "verdict": decision.verdict.value, "rules": decision.codes}

    @property
    def asks_declaration(self) -> bool:
        """Whether there is none in force; who has just passed here is asked nothing again."""
        return not self.is_in_force and PASSED_HERE not in self.decision.codes

    @property
    def has_contact_facts(self) -> bool:
        """Whether a phone or an address is known, to be shown for a reason."""
        known = [self.person and (self.person.phone or self.person.address), self.scan.card and self.scan.card.address]
        return any([*known, self.declaration])

    @property
    def recent_seconds(self) -> int | None:
        """How long ago somebody recorded the person here, where it is a matter of seconds."""
        seconds = int((self.at - self.recent.decided_at).total_seconds()) if self.recent else 3_600
        return max(0, seconds) if seconds < 120 else None

    @property
    def test_hours(self) -> int | None:
        """How many whole hours ago the test that was declared was taken."""
        taken_at = self.declaration and self.declaration.test_taken_at
        return (self.at - taken_at) // timedelta(hours=1) if taken_at else None

    @property
    def is_pass_superseded(self) -> bool:
        """Whether another pass was shown than that of the declaration which counts."""
        return bool(self.scan.key and self.declaration and not self.declaration.was_scanned)


def compose(scan: Scan, finding: Finding, at: datetime, *, proof: Proof | None = None) -> Answer | None:
    """Returns the answer to a scan, or None where it was the key of no pass.

    `proof` is what the officer found on asking for a proof of recovery; None where nobody has asked yet.
    """
    if not finding.number:
        return None
    declaration = _newest(finding, at)
    is_in_force = declaration is not None and declaration.is_in_force(at)
    disagreements = _disagreements(scan, finding.person, declaration if is_in_force else None)
    facts = _facts(scan, finding, at, declaration, disagreements)
    is_milder = is_in_force and _is_milder(declaration, finding, at)
    if is_milder:
        facts = replace(facts, disagreements=(*facts.disagreements, "earlier-declaration"))
    if proof:
        facts = replace(facts, has_recovered=proof.recovered_on is not None, recovered_on=proof.recovered_on)
    return Answer(
        scan=scan,
        at=at,
        number=finding.person.number if finding.person else finding.number,
        person=finding.person,
        declaration=declaration,
        is_in_force=is_in_force,
        doses=finding.doses,
        disagreements=disagreements,
        facts=facts,
        decision=decide_again(
            decide(facts, finding.rules), finding.recent, declaration.submitted_at if declaration else None
        ),
        can_register=not finding.is_numberless and finding.number not in finding.numbers,
        recent=finding.recent,
        is_without_number=finding.is_numberless,
        is_group_pass=finding.is_group_pass,
        is_milder_than_before=is_milder,
        asks_proof=any(condition.kind == "recovered" for rule in finding.rules for condition in rule.conditions),
        proof=proof,
    )


def declared_facts(declaration: Filed | None, at: datetime) -> dict[str, Any]:
    """Returns what a declaration says that rules ask for; of one no longer in force only when it ended."""
    if declaration is None:
        return {}
    until = {"declared_until": declaration.valid_until}
    if not declaration.is_in_force(at):
        return until
    return until | {
        "symptoms": declaration.symptom_codes,
        "had_contact": declaration.had_contact,
        "origin_level": declaration.origin_level,
        "tests": _tests(declaration),
        "vehicle": declaration.vehicle_code,
    }


def _is_milder(declaration: Filed, finding: Finding, at: datetime) -> bool:
    """Whether it leaves out signs, a contact or a positive test that another one, in force as well, has declared."""
    others = [other for other in finding.declarations if other.pk != declaration.pk and other.is_in_force(at)]
    signs = set().union(*(other.symptom_codes for other in others))
    had_contact = any(other.had_contact for other in others)
    is_positive = any(other.is_positive for other in others)
    has_less = had_contact > declaration.had_contact or is_positive > declaration.is_positive
    return has_less or not signs <= set(declaration.symptom_codes)


def _facts(
    scan: Scan, finding: Finding, at: datetime, declaration: Filed | None, disagreements: tuple[Disagreement, ...]
) -> Facts:
    births = [said.birth for said in (_registry(finding.person), _card(scan), _declared(declaration)) if said]
    return Facts(
        at=at,
        is_registered=None if finding.is_numberless else finding.person is not None,
        disagreements=tuple(disagreement.fact for disagreement in disagreements),
        birth=next((birth for birth in births if birth.earliest), UNKNOWN),
        doses=tuple(Dose(dose.product, dose.given_on) for dose in finding.doses) if finding.person else None,
        **declared_facts(declaration, at),
    )


def _tests(declaration: Filed) -> tuple[TakenTest, ...]:
    if not declaration.test_taken_at:
        return ()
    is_negative = declaration.test_result == "negative"
    return (TakenTest(declaration.test_kind, is_negative, declaration.test_taken_at),)


def _newest(finding: Finding, at: datetime) -> Filed | None:
    in_force = [declaration for declaration in finding.declarations if declaration.is_in_force(at)]
    return next(iter([*in_force, *finding.declarations]), None)


def _disagreements(scan: Scan, person: Person | None, declaration: Filed | None) -> tuple[Disagreement, ...]:
    said = {CARD: _card(scan), DECLARATION: _declared(declaration), REGISTRY: _registry(person)}
    return compare({source: facts for source, facts in said.items() if facts})


def _card(scan: Scan) -> Said | None:
    shown = scan.card or scan.hint
    return Said(shown.full_name, shown.birth, shown.sex) if shown else None


def _declared(declaration: Filed | None) -> Said | None:
    return Said(declaration.full_name, declaration.birth) if declaration else None


def _registry(person: Person | None) -> Said | None:
    return Said(person.full_name, person.birth, person.sex) if person else None
