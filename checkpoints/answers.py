"""What the desk is told: the finding, judged. Pure: no database, no clock."""

from dataclasses import dataclass, replace
from datetime import datetime

from checkpoints.admission import Decision, Facts, decide
from checkpoints.disagreements import CARD, DECLARATION, REGISTRY, Disagreement, Said, compare
from checkpoints.lookup import Filed, Finding, GivenDose, Person, Recent
from checkpoints.recent import decide_again
from checkpoints.scan import Scan


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
    decision: Decision
    # The card shows a number by which nobody is registered, though its old number may lead to somebody.
    can_register: bool
    # The newest passage here, within the last hours.
    recent: Recent | None = None
    # The pass shown is that of somebody without a number, filed under a guardian's.
    is_without_number: bool = False
    is_group_pass: bool = False

    @property
    def who(self) -> Said:
        """Name, birth and sex as the best source has them: the registry, else the card, else the declaration."""
        return _registry(self.person) if self.person else _card(self.scan) or _declared(self.declaration) or Said()

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
    def is_pass_superseded(self) -> bool:
        """Whether another pass was shown than that of the declaration which counts."""
        return bool(self.scan.key and self.declaration and not self.declaration.was_scanned)


def compose(scan: Scan, finding: Finding, at: datetime) -> Answer | None:
    """Returns the answer to a scan, or None where it was the key of no pass."""
    if not finding.number:
        return None
    nameless = any(not declaration.has_number for declaration in finding.declarations)
    if nameless:
        finding = _of_nameless(finding)
    declaration = _newest(finding, at)
    is_in_force = declaration is not None and declaration.is_in_force(at)
    disagreements = _disagreements(scan, finding.person, declaration if is_in_force else None)
    facts = Facts(
        at=at,
        is_registered=finding.person is not None,
        declared_until=declaration.valid_until if declaration else None,
        symptoms=declaration.symptom_codes if declaration else (),
        had_contact=declaration.had_contact if declaration else False,
        disagreements=tuple(disagreement.fact for disagreement in disagreements),
    )
    return Answer(
        scan=scan,
        at=at,
        number=finding.person.number if finding.person else finding.number,
        person=finding.person,
        declaration=declaration,
        is_in_force=is_in_force,
        doses=finding.doses,
        disagreements=disagreements,
        decision=decide_again(decide(facts), finding.recent, declaration.submitted_at if declaration else None),
        can_register=finding.number not in finding.numbers and not nameless,
        recent=finding.recent,
        is_without_number=nameless,
        is_group_pass=finding.is_group_pass,
    )


def _of_nameless(finding: Finding) -> Finding:
    """What is known of somebody without a number: their own declaration, and nothing of the guardian's."""
    own = tuple(declaration for declaration in finding.declarations if not declaration.has_number)
    return replace(finding, person=None, doses=(), numbers=(), declarations=own)


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
