"""Writes of the desk: looks at a person, people registered there, passages."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from checkpoints.answering import lookup
from checkpoints.answering.answers import Answer, Proof, compose
from checkpoints.cards.scan import Scan, read_scan
from checkpoints.desk.tickets import Ticket
from checkpoints.models import Checkpoint
from residents.birth import Birth
from residents.models import Resident, Unit
from residents.services import register_from_card, register_resident
from vaccinations.due.services import refresh_due
from vaxreg import audit
from vaxreg.actors import Actor


@transaction.atomic
def look_up_at_desk(
    *, scan: Scan, checkpoint: Checkpoint, at: datetime, proof: Proof | None = None, by: Actor
) -> Answer | None:
    """Returns the answer to a scan, or None for the key of no pass, and logs that the person's record was read.

    What the officer found on asking for a proof of recovery is judged with the rest, and logged as a fact.
    """
    answer = compose(scan, lookup.find(scan, checkpoint=checkpoint.pk, at=at), at, proof=proof)
    changes = {"purpose": "checkpoint", "scan": scan.kind, "found": bool(answer and answer.person)}
    audit.record(
        by=by,
        action="resident.read",
        subject=checkpoint,
        resident=answer.number if answer else "",
        changes=changes | (answer.judged if answer else {}),
    )
    return answer


@transaction.atomic
def unmask_at_desk(*, ticket: Ticket, reason: str, checkpoint: Checkpoint, at: datetime, by: Actor) -> Answer:
    """Returns the ticket's answer once more, for showing phone and address in full, and logs why they were shown.

    Raises TicketError.
    """
    ticket.refuse_foreign(officer=by.user, checkpoint=checkpoint)
    scan = read_scan(ticket.scan)
    answer = compose(scan, lookup.find(scan, checkpoint=checkpoint.pk, at=at), at, proof=ticket.proof)
    audit.record(
        by=by,
        action="resident.unmasked",
        subject=checkpoint,
        resident=answer.number,
        changes={"purpose": "checkpoint", "reason": reason},
    )
    return answer


@transaction.atomic
def register_at_desk(
    *,
    ticket: Ticket,
    full_name: str = "",
    birth: Birth | None = None,
    sex: str = "",
    province: Unit | None = None,
    by: Actor,
) -> Resident:
    """Returns the person added to the registry: with the facts of the card that was scanned, else with those given.

    No card says in which of today's provinces its owner lives: `province` is where staff find the person afterwards.

    Raises ResidentError, AlreadyRegisteredError among them.
    """
    source = Resident.Source.CHECKPOINT
    card = read_scan(ticket.scan).card
    if card:
        person = register_from_card(by=by, card=card, source=source, province=province)
        if card.old_number:
            # Doses may stand under it.
            refresh_due(resident=person, on=timezone.localdate())
        return person
    facts = {"full_name": full_name, "birth": birth, "sex": sex, "province": province}
    return register_resident(by=by, source=source, number=ticket.number, **facts)
