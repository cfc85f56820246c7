"""The list of people who are recorded together, as the page carries it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from checkpoints.answering.answers import Answer
from checkpoints.desk.tickets import Ticket
from checkpoints.models import Checkpoint
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
    # A rule in force here asks for a proof of recovery.
    asks_proof: bool = False

    @classmethod
    def of(cls, answer: Answer, *, checkpoint: Checkpoint, officer: User) -> "Member":
        """The line for an answer just given."""
        return cls(
            ticket=Ticket.of(answer, checkpoint=checkpoint, officer=officer),
            full_name=answer.who.full_name,
            birth=str(answer.who.birth) if answer.who.birth.earliest else "",
            reasons=tuple(str(reason.text) for reason in answer.decision.reasons),
            asks_proof=answer.asks_proof,
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

    def member(self, key: str) -> Member | None:
        """Whoever has the ticket of that key."""
        return next((member for member in self.members if str(member.ticket.key) == key), None)

    def changed(self, old: Member, new: Member) -> "Group":
        """The list with a newer look at one of its people, at the same place."""
        return replace(self, members=tuple(new if member is old else member for member in self.members))

    def without(self, key: str) -> "Group":
        """The list less the person of that ticket."""
        return replace(self, members=tuple(member for member in self.members if str(member.ticket.key) != key))

    def of(self, members: Iterable[Member]) -> "Group":
        """The list of these alone: what is recorded of them later belongs to the same group."""
        return replace(self, members=tuple(members))

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
