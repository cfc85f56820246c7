"""The ticket that the answer page carries, sealed: what was seen, by whom and where, for the passage recorded from it."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from checkpoints.answering.answers import Answer, Proof
from checkpoints.models import Checkpoint
from vaxreg.models import User
from vaxreg.sealing import seal

PURPOSE = "desk-ticket"
MAX_AGE_SECONDS = int(timedelta(minutes=30).total_seconds())


class TicketError(Exception):
    """The ticket belongs to another officer or checkpoint; `message` says so."""

    message = _("This form belongs to another officer or checkpoint. Look the person up again.")


@dataclass(frozen=True)
class Ticket:
    """`key` makes what is recorded from it happen once; `scan` is the scan's text, for looking again."""

    scan: str
    number: str
    declaration: int | None
    verdict: str
    reasons: tuple[str, ...]
    checkpoint: int
    officer: int
    scanned_at: datetime
    key: UUID
    # Of somebody without a number: `number` is the guardian's.
    is_without_number: bool = False
    # What the officer found on asking for a proof of recovery.
    proof: Proof | None = None

    @classmethod
    def of(cls, answer: Answer, *, checkpoint: Checkpoint, officer: User, key: UUID | None = None) -> "Ticket":
        """A new ticket for an answer just given; with a key where the form that was scanned into has one."""
        return cls(
            scan=answer.scan.text,
            number=answer.number,
            declaration=answer.declaration.pk if answer.declaration else None,
            verdict=answer.decision.verdict.value,
            reasons=tuple(answer.decision.codes),
            checkpoint=checkpoint.pk,
            officer=officer.pk,
            scanned_at=answer.at,
            key=key or uuid4(),
            is_without_number=answer.is_without_number,
            proof=answer.proof,
        )

    def renewed(self, answer: Answer) -> "Ticket":
        """The ticket of the same look at the same person, with what has become known since."""
        return replace(
            self,
            number=answer.number,
            declaration=answer.declaration.pk if answer.declaration else None,
            verdict=answer.decision.verdict.value,
            reasons=tuple(answer.decision.codes),
            proof=answer.proof,
        )

    def declared(self, token: str) -> "Ticket":
        """The ticket after the person has declared. Who has no number is found again by the new pass alone."""
        return replace(self, scan=f"/p/{token}/") if self.is_without_number else self

    def belongs_to(self, *, officer: User, checkpoint: Checkpoint) -> bool:
        """Whether this officer got the ticket, at this checkpoint."""
        return (self.officer, self.checkpoint) == (officer.pk, checkpoint.pk)

    def refuse_foreign(self, *, officer: User | None, checkpoint: Checkpoint) -> None:
        """Raises TicketError for anybody but the officer who got it, and anywhere but there."""
        if officer is None or not self.belongs_to(officer=officer, checkpoint=checkpoint):
            raise TicketError

    def to_json(self) -> dict[str, Any]:
        """The ticket as plain values, for sealing."""
        proof = self.proof and {"recovered_on": self.proof.recovered_on and self.proof.recovered_on.isoformat()}
        return asdict(self) | {"scanned_at": self.scanned_at.isoformat(), "key": str(self.key), "proof": proof}

    def sealed(self) -> str:
        """The ticket as the page carries it: nobody can read or alter it there."""
        return seal(self.to_json(), purpose=PURPOSE)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Ticket":
        """The ticket that was sealed."""
        read = {
            "reasons": tuple(value["reasons"]),
            "scanned_at": datetime.fromisoformat(value["scanned_at"]),
            "key": UUID(value["key"]),
            "proof": _proof(value["proof"]),
        }
        return cls(**value | read)


def _proof(kept: dict[str, str | None] | None) -> Proof | None:
    if kept is None:
        return None
    return Proof(date.fromisoformat(kept["recovered_on"]) if kept["recovered_on"] else None)
