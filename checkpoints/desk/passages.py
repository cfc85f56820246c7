"""Writes of the desk that decide: passages, and what undoes them."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.filing import hold_for_passage
from checkpoints.desk.tickets import Ticket
from checkpoints.models import Checkpoint, Passage
from checkpoints.movements.journeys import journey_of
from residents.models import Resident
from vaxreg import audit
from vaxreg.actors import Actor

# Two officers meet on no row yet, and "within seconds of each other" is no constraint: they queue for the person.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))"


class NotUndoableError(Exception):
    """The passage is not one of this officer's last two, or too old; `message` says so."""

    message = _("This passage can no longer be undone.")


@transaction.atomic
def record_passage(
    *,
    ticket: Ticket,
    outcome: str,
    reason: str,
    checkpoint: Checkpoint,
    by: Actor,
    group: UUID | None = None,
    is_quick: bool = False,
) -> tuple[Passage, bool]:
    """Returns the passage and whether it is new.

    A ticket records one, whatever is sent with it a second time; so do several tickets for one person here within
    DOUBLE_SCAN_SECONDS. Raises TicketError for a ticket of another officer or checkpoint.
    """
    ticket.refuse_foreign(officer=by.user, checkpoint=checkpoint)
    if recorded := _recorded_already(ticket, checkpoint):
        return recorded, False
    hold_for_passage(ticket.declaration)
    passage = Passage.objects.create(
        resident=ticket.number,
        idempotency_key=ticket.key,
        checkpoint=checkpoint,
        declaration_id=ticket.declaration,
        officer=by.user,
        outcome=outcome,
        reason=reason,
        verdict=ticket.verdict,
        verdict_reasons=list(ticket.reasons),
        scanned_at=ticket.scanned_at,
        group=group,
        is_quick=is_quick,
        recovered_on=ticket.proof and ticket.proof.recovered_on,
        **journey_of(ticket.declaration, ticket.scanned_at),
    )
    changes = {"outcome": outcome, "verdict": ticket.verdict, "reason": reason}
    audit.record(by=by, action="passage.recorded", subject=passage, resident=passage.resident, changes=changes)
    return passage, True


@transaction.atomic
def cancel_passage(*, passage: Passage, reason: str, at: datetime, by: Actor) -> tuple[Passage, bool]:
    """Returns the row that undoes the passage, and whether it is new: a passage is undone once.

    Raises NotUndoableError.
    """
    if passage not in Passage.objects.last_of(by.user, passage.checkpoint, since=undoable_since(at)):
        raise NotUndoableError
    cancellation, is_new = Passage.objects.get_or_create(
        resident=passage.resident,
        cancels=passage,
        defaults={
            "checkpoint": passage.checkpoint,
            "declaration_id": passage.declaration_id,
            "officer": by.user,
            "outcome": Passage.Outcome.CANCELLED,
            "reason": reason,
            "verdict": passage.verdict,
            "verdict_reasons": passage.verdict_reasons,
            "scanned_at": at,
            "idempotency_key": uuid5(passage.idempotency_key, "cancelled"),
        },
    )
    if is_new:
        changes = {"outcome": passage.outcome, "reason": reason}
        audit.record(by=by, action="passage.cancelled", subject=passage, resident=passage.resident, changes=changes)
    return cancellation, is_new


def undoable_since(at: datetime) -> datetime:
    """Returns the moment from which a passage can be undone at that time."""
    return at - timedelta(minutes=settings.UNDO_MINUTES)


def _recorded_already(ticket: Ticket, checkpoint: Checkpoint) -> Passage | None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ticket.number, checkpoint.pk])
    # Perhaps under a number that the person had before they were registered.
    numbers = [ticket.number, *Resident.objects.numbers_of(ticket.number)]
    earlier = Passage.objects.filter(resident__in=numbers, checkpoint=checkpoint).select_related("officer")
    if by_this_ticket := earlier.filter(idempotency_key=ticket.key).first():
        return by_this_ticket
    since = timezone.now() - timedelta(seconds=settings.DOUBLE_SCAN_SECONDS)
    just_now = earlier.standing().of_line(ticket.declaration if ticket.is_without_number else None)
    return just_now.filter(decided_at__gt=since).order_by("-decided_at").first()
