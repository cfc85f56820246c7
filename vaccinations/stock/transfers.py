"""Doses on the way between two facilities: out of one ledger, into the other, each by its own people."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vaccinations.models import Facility, Lot, StockEntry, Transfer
from vaccinations.stock.services import StockError, UnexplainedError, hold_ledger, record_once
from vaxreg.actors import Actor

Kind = StockEntry.Kind


class TransferEndedError(StockError):
    """The transfer arrived, or was taken back, before."""

    message = _("This transfer was confirmed or taken back already.")


@transaction.atomic
def send(
    *, by: Actor, facility: Facility, receiver: Facility, lot: Lot, doses: int, document: str, key: UUID, today: date
) -> Transfer:
    """Returns the transfer on its way, out of the facility's ledger today. Raises FormUsedError."""
    ledger = hold_ledger(facility, today)
    there = StockEntry.objects.filter(facility=facility, idempotency_key=key).select_related("transfer").first()
    transfer = there.transfer if there else None
    if transfer is None:
        facts = {"sender": facility, "receiver": receiver, "lot": lot, "doses": doses, "document": document}
        transfer = Transfer.objects.create(**facts, sent_by=by.user)
    facts = {"transfer": transfer, "document": document, "party": receiver.name}
    record_once(by, ledger, lot, Kind.SENT, -doses, key=key, on=today, **facts)
    return transfer


@transaction.atomic
def confirm(*, by: Actor, transfer: Transfer, counted: int, note: str, key: UUID, today: date) -> StockEntry:
    """Returns the entry of what was counted on arrival at the receiver.

    Raises UnexplainedError where it differs from what was sent and nobody says why, and TransferEndedError.
    """
    transfer = _hold(transfer)
    ledger = hold_ledger(transfer.receiver, today)
    _refuse_ended(transfer, besides=key)
    if counted != transfer.doses and not note:
        raise UnexplainedError
    facts = {"transfer": transfer, "document": transfer.document, "party": transfer.sender.name, "note": note}
    return record_once(by, ledger, transfer.lot, Kind.ARRIVED, counted, key=key, on=today, **facts)


@transaction.atomic
def call_back(*, by: Actor, transfer: Transfer, reason: str, key: UUID, today: date) -> StockEntry:
    """Returns the entry that puts the doses back into the sender's ledger. Raises TransferEndedError."""
    transfer = _hold(transfer)
    ledger = hold_ledger(transfer.sender, today)
    _refuse_ended(transfer, besides=key)
    facts = {"transfer": transfer, "document": transfer.document, "party": transfer.receiver.name, "note": reason}
    return record_once(by, ledger, transfer.lot, Kind.CAME_BACK, transfer.doses, key=key, on=today, **facts)


def _hold(transfer: Transfer) -> Transfer:
    """Sender and receiver meet on the transfer's row: one of them ends it."""
    rows = Transfer.objects.select_related("lot", "sender", "receiver")
    return rows.select_for_update(of=("self",)).get(pk=transfer.pk)


def _refuse_ended(transfer: Transfer, *, besides: UUID) -> None:
    """The same form again is no second end."""
    if transfer.entries.exclude(kind=Kind.SENT).exclude(idempotency_key=besides).exists():
        raise TransferEndedError
