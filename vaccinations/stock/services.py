"""Writes of the stock ledger: received, wasted, returned, counted, and taken back.

An entry is never edited. Whoever writes a facility's stock holds its ledger's row; the same form twice is one entry.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vaccinations.models import DayClose, Facility, Ledger, Lot, StockEntry
from vaccinations.stock.sheets import sheet_of
from vaxreg import audit
from vaxreg.actors import Actor

Kind = StockEntry.Kind


class StockError(Exception):
    """A rule of the stock ledger refuses; `message` tells the user what to do, beside the answer `field` if it is about one."""

    message = ""
    field: str | None = None


class FormUsedError(StockError):
    """The same form came again with other facts: what the first one recorded stands."""

    message = _("This form was used already, and what it recorded then stands. Open the page again.")


class DayNotOpenError(StockError):
    """The entry's day is closed, lies in the future or before the ledger began."""

    field = "on"

    def __init__(self, since: date, until: date) -> None:
        super().__init__()
        self.since, self.until = since, until

    @property
    def message(self) -> str:
        days = {"since": self.since.strftime("%d/%m/%Y"), "until": self.until.strftime("%d/%m/%Y")}
        if self.since >= self.until:
            return _("Only today, %(until)s, is open: earlier days take no entries.") % days
        return _("Choose a day from %(since)s to %(until)s: earlier days take no entries.") % days


class UnexplainedError(StockError):
    """Something differs from the ledger, and nobody has said why."""

    message = _("This differs from the ledger. Say why.")
    field = "note"


class TakenBackError(StockError):
    """Somebody took the entry back before."""

    message = _("This entry was taken back already.")


def hold_ledger(facility: Facility, today: date) -> Ledger:
    """Returns the facility's ledger, begun today where there was none, and held until the end of the transaction."""
    Ledger.objects.get_or_create(facility=facility, defaults={"begun_on": today})
    return Ledger.objects.select_for_update(no_key=True, of=("self",)).select_related("facility").get(pk=facility.pk)


def first_open_day(ledger: Ledger | None, last: DayClose | None, today: date) -> date:
    """Returns the earliest day that an entry may be of. Today is always open: what happens after closing is recorded too."""
    if ledger is None:
        return today
    return min(last.day + timedelta(days=1), today) if last else ledger.begun_on


@transaction.atomic
def receive(
    *, by: Actor, facility: Facility, lot: Lot, doses: int, party: str, document: str, on: date, key: UUID, today: date
) -> StockEntry:
    """Returns the entry of doses that came from a supplier under a document. Raises DayNotOpenError, FormUsedError."""
    facts = {"party": party, "document": document}
    return _move(by, facility, lot, Kind.RECEIVED, doses, on=on, key=key, today=today, **facts)


@transaction.atomic
def return_doses(
    *, by: Actor, facility: Facility, lot: Lot, doses: int, party: str, document: str, on: date, key: UUID, today: date
) -> StockEntry:
    """Returns the entry of doses that went back under a document. Raises DayNotOpenError, FormUsedError."""
    facts = {"party": party, "document": document}
    return _move(by, facility, lot, Kind.RETURNED, -doses, on=on, key=key, today=today, **facts)


@transaction.atomic
def waste(
    *, by: Actor, facility: Facility, lot: Lot, doses: int, reason: str, note: str, on: date, key: UUID, today: date
) -> StockEntry:
    """Returns the entry of doses thrown away. Raises DayNotOpenError, FormUsedError."""
    return _move(by, facility, lot, Kind.WASTED, -doses, on=on, key=key, today=today, reason=reason, note=note)


@transaction.atomic
def count(*, by: Actor, facility: Facility, lot: Lot, counted: int, note: str, key: UUID, today: date) -> StockEntry:
    """Returns the entry of a count, whose `doses` are the difference from the ledger as it is now.

    Raises UnexplainedError for a difference without a note, and FormUsedError.
    """
    ledger = hold_ledger(facility, today)

    def differing() -> int:
        difference = counted - sheet_of(facility, today).on_hand(lot)
        if difference and not note:
            raise UnexplainedError
        return difference

    return record_once(by, ledger, lot, Kind.COUNTED, differing, key=key, on=today, counted=counted, note=note)


@transaction.atomic
def take_back(*, by: Actor, entry: StockEntry, reason: str, today: date) -> StockEntry:
    """Returns the entry that takes the other back: the same, with the opposite sign. Raises TakenBackError."""
    ledger = hold_ledger(entry.facility, today)
    if not entry.is_reversible or StockEntry.objects.filter(reverses=entry).exists():
        raise TakenBackError
    same = {name: getattr(entry, name) for name in ("facility", "lot", "kind", "reason", "party", "document", "vial")}
    reversal = StockEntry(
        **same,
        doses=-entry.doses,
        on=max(today, ledger.begun_on),
        note=reason,
        reverses=entry,
        recorded_by=by.user,
        idempotency_key=uuid5(entry.idempotency_key, "taken-back"),
    )
    reversal.save(force_insert=True)
    changes = {"doses": reversal.doses, "lot": entry.lot.lot_number, "reason": reason, "reverses": entry.pk}
    audit.record(by=by, action="stock.taken-back", subject=reversal, changes=changes)
    return reversal


def record_once(
    by: Actor, ledger: Ledger, lot: Lot, kind: str, doses: int | Callable[[], int], *, key: UUID, **facts: Any
) -> StockEntry:
    """Returns the entry of this form, written now unless it was before; the caller holds the ledger.

    `doses` may be a function: it is asked only for an entry that is not there yet. Raises FormUsedError.
    """
    there = StockEntry.objects.filter(facility=ledger.facility_id, idempotency_key=key).first()
    if there:
        _refuse_other_facts(there, lot, kind, doses, facts)
        return there
    entry = StockEntry(
        facility=ledger.facility,
        lot=lot,
        kind=kind,
        doses=doses() if callable(doses) else doses,
        idempotency_key=key,
        recorded_by=by.user,
        **facts,
    )
    entry.save(force_insert=True)
    audit.record(by=by, action="stock.recorded", subject=entry, changes=_told(entry))
    return entry


def _move(
    by: Actor, facility: Facility, lot: Lot, kind: str, doses: int, *, on: date, key: UUID, today: date, **facts: Any
) -> StockEntry:
    ledger = hold_ledger(facility, today)
    since = first_open_day(ledger, DayClose.objects.latest_of(facility), today)
    if not since <= on <= today:
        raise DayNotOpenError(since, today)
    return record_once(by, ledger, lot, kind, doses, key=key, on=on, **facts)


def _refuse_other_facts(there: StockEntry, lot: Lot, kind: str, doses: int | Callable[[], int], facts: dict) -> None:
    sent = {"lot": lot, "kind": kind, **facts} | ({} if callable(doses) else {"doses": doses})
    if any(getattr(there, name) != value for name, value in sent.items()):
        raise FormUsedError


def _told(entry: StockEntry) -> dict[str, Any]:
    """What the audit trail keeps of an entry: what is said, and not what is empty."""
    names = ("kind", "doses", "counted", "on", "reason", "note", "party", "document")
    said = {name: getattr(entry, name) for name in names}
    kept = {name: value for name, value in said.items() if value not in ("", None)}
    return kept | {"lot": entry.lot.lot_number}
