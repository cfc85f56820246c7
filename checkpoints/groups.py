"""People who are looked up and recorded together: a bus, or two on a motorbike."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoints.answers import Answer
from checkpoints.models import Checkpoint, Declaration, Passage, PassKey
from checkpoints.passages import record_passage
from checkpoints.scan import Scan
from checkpoints.services import look_up_at_desk
from checkpoints.tickets import Ticket
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.sealing import seal

PURPOSE = "desk-group"
MOST_MEMBERS = 80


class FullGroupError(Exception):
    """The list has as many people as it takes; `message` says so."""

    message = _("The list is full. Record it, then start another.")


@dataclass(frozen=True)
class Member:
    """One line of the list: what the officer sees of the person, and the ticket of the look at them."""

    ticket: Ticket
    full_name: str
    birth: str
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, answer: Answer, *, checkpoint: Checkpoint, officer: User) -> "Member":
        """The line for an answer just given."""
        return cls(
            ticket=Ticket.of(answer, checkpoint=checkpoint, officer=officer),
            full_name=answer.who.full_name,
            birth=str(answer.who.birth) if answer.who.birth.earliest else "",
            reasons=tuple(str(reason.text) for reason in answer.decision.reasons),
        )

    @property
    def line(self) -> tuple[str, int | None]:
        """Who it is: the number, and for somebody without one their declaration besides."""
        return self.ticket.number, self.ticket.declaration if self.ticket.is_without_number else None


@dataclass(frozen=True)
class Group:
    """The list as the page carries it, sealed."""

    key: UUID
    members: tuple[Member, ...] = ()

    @classmethod
    def new(cls) -> "Group":
        """An empty list."""
        return cls(uuid4())

    def joined_by(self, member: Member) -> "Group":
        """The list with the person's newest look at its place. Raises FullGroupError."""
        others = tuple(other for other in self.members if other.line != member.line)
        if len(others) >= MOST_MEMBERS:
            raise FullGroupError
        return replace(self, members=(*others, member))

    def without(self, key: str) -> "Group":
        """The list less the person of that ticket."""
        return replace(self, members=tuple(member for member in self.members if str(member.ticket.key) != key))

    def sealed(self) -> str:
        """The list as the page carries it: nobody can read or alter it there."""
        members = [asdict(member) | {"ticket": member.ticket.to_json()} for member in self.members]
        return seal({"key": str(self.key), "members": members}, purpose=PURPOSE)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Group":
        """The list that was sealed."""
        members = [
            Member(**facts | {"ticket": Ticket.from_json(facts["ticket"]), "reasons": tuple(facts["reasons"])})
            for facts in value["members"]
        ]
        return cls(UUID(value["key"]), tuple(members))


@dataclass(frozen=True)
class Decided:
    """What was decided for one of the group."""

    ticket: Ticket
    outcome: str
    reason: str


@transaction.atomic
def look_up_together(*, scan: Scan, checkpoint: Checkpoint, at: datetime, by: Actor) -> list[Answer]:
    """Returns the answers for everybody the scan stands for: a person, a journey, or a vehicle. Each look is logged.

    Empty for the key of no pass and for a plate under which nobody has declared.
    """
    codes = [key.key for key in _keys_of(scan, at)]
    if scan.plate:
        audit.record(by=by, action="plate.read", subject=checkpoint, changes={"people": len(codes)})
    scans = [Scan(text=code, key=code) for code in codes] or ([] if scan.plate and not scan.key else [scan])
    answers = [look_up_at_desk(scan=one, checkpoint=checkpoint, at=at, by=by) for one in scans]
    return [answer for answer in answers if answer]


@transaction.atomic
def record_together(*, group: Group, decided: list[Decided], checkpoint: Checkpoint, by: Actor) -> list[Passage]:
    """Returns the passages of all, in one transaction, each once however often it is sent. Raises TicketError."""
    recorded = []
    # In the order of their numbers: two officers with the same bus wait for each other rather than fail.
    for one in sorted(decided, key=lambda one: one.ticket.number):
        facts = {"ticket": one.ticket, "outcome": one.outcome, "reason": one.reason}
        recorded.append(record_passage(**facts, checkpoint=checkpoint, by=by, group=group.key)[0])
    return recorded


def _keys_of(scan: Scan, at: datetime) -> list[PassKey]:
    """The codes of the people's own passes."""
    declarations = _aboard(scan.plate, at) if scan.plate else None
    journey = PassKey.objects.filter(key=scan.key, declaration=None).first() if scan.key else None
    if journey:
        declarations = Declaration.objects.filter(resident__in=journey.members, journey=journey.journey)
    if declarations is None:
        return []
    current = declarations.filter(superseded_at=None, withdrawn_at=None)
    order = list(current.order_by("-submitted_at", "place_in_journey").values_list("pk", flat=True))
    keys = PassKey.objects.filter(declaration__in=order[:MOST_MEMBERS]).select_related("declaration")
    codes = {key.declaration_id: key for key in keys if not key.is_token}
    return [codes[pk] for pk in sorted(codes, key=lambda pk: codes[pk].declaration.place_in_journey)]


def _aboard(plate: str, at: datetime) -> Any:
    return Declaration.objects.filter(plate=plate, submitted_at__lte=at, valid_until__gt=at)
