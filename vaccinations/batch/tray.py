"""The tray: slips of which nobody can say at once who is meant. One clerk at a time looks at a slip and decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.matching import Candidate, candidates
from residents.models import Resident
from residents.names import fold
from vaccinations.batch.reading import Reading, read_row
from vaccinations.batch.services import BatchError, State, record, register
from vaccinations.models import PileRow
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.sealing import seal

CANDIDATE = "batch-candidate"
# Whoever takes a slip and goes away keeps it no longer than this.
CLAIM = timedelta(minutes=10)


class TakenError(BatchError):
    """Somebody else is looking at the slip."""

    def __init__(self, row: PileRow) -> None:
        super().__init__()
        self.row = row

    @property
    def message(self) -> str:
        return _("%(who)s is looking at this slip. Take another one.") % {"who": self.row.taken_by}


class DecidedError(BatchError):
    message = gettext_lazy("This slip is not in the tray any more: somebody has decided it.")


@dataclass(frozen=True)
class Compared:
    """A person whom the slip may mean: why, and in which columns the two differ."""

    candidate: Candidate
    differing: frozenset[str]

    @property
    def person(self) -> Resident:
        return self.candidate.resident

    @property
    def sealed(self) -> str:
        """Who it is, for the button that says "this person"."""
        return seal(self.person.pk, purpose=CANDIDATE)


@transaction.atomic
def take(*, by: Actor, row: PileRow, now: datetime) -> PileRow:
    """Returns the slip, taken by the actor for CLAIM. Raises TakenError, DecidedError."""
    held = _hold(by, row, now)
    held.taken_by, held.taken_at = by.user, now
    held.save(update_fields=["taken_by", "taken_at"])
    return held


@transaction.atomic
def compare(*, by: Actor, row: PileRow, now: datetime) -> tuple[Reading, list[Compared]]:
    """Returns what the slip says, and whom it may mean, the likeliest first; whom it shows is logged."""
    reading = read_row(row, on=timezone.localdate(now))
    found = [Compared(each, _differing(reading, each.resident)) for each in candidates(reading.facts)]
    audit.record_each(by=by, action="pile.compared", residents=[each.person.pk for each in found], subject=row)
    return reading, found


def _differing(reading: Reading, person: Resident) -> frozenset[str]:
    name = reading.full_name.casefold()
    # A slip typed without accents contradicts none.
    kept = fold(person.full_name) if name == fold(name) else person.full_name.casefold()
    pairs = {
        "number": (reading.number, person.pk),
        "full_name": (name, kept),
        "born": (str(reading.birth or ""), str(person.birth or "")),
        "sex": (reading.sex, person.sex),
        "phone": (reading.phone, person.phone),
    }
    return frozenset(name for name, (given, kept) in pairs.items() if given and kept and given != kept)


@transaction.atomic
def decide_person(*, by: Actor, row: PileRow, person: Resident, reason: str, now: datetime) -> PileRow:
    """Returns the slip, recorded for this person, or in the tray still with what the register says against it.

    Raises TakenError, DecidedError.
    """
    held = _decided(by, row, reason, now)
    record(by=by, row=held, reading=read_row(held, on=timezone.localdate(now)), person=person, now=now)
    return _done(by, held, "person", person.pk)


@transaction.atomic
def decide_new(*, by: Actor, row: PileRow, reason: str, seen: tuple[str, ...], now: datetime) -> PileRow:
    """Returns the slip, recorded for a person registered for it: none of those `seen`. Raises TakenError, DecidedError."""
    held = _decided(by, row, reason, now)
    reading = read_row(held, on=timezone.localdate(now))
    person = register(by=by, row=held, reading=reading, seen=seen)
    if person:
        record(by=by, row=held, reading=reading, person=person, now=now)
    return _done(by, held, "new", person and person.pk)


@transaction.atomic
def set_aside(*, by: Actor, row: PileRow, reason: str, now: datetime) -> PileRow:
    """Returns the slip, out of the tray without a dose: why is kept. Raises TakenError, DecidedError."""
    held = _decided(by, row, reason, now)
    held.state, held.said = State.SET_ASIDE, [("", reason)]
    return _done(by, held, "set-aside", None)


@transaction.atomic
def give_back(*, by: Actor, row: PileRow, reason: str, now: datetime) -> PileRow:
    """Returns the slip, in its pile again to be typed anew: what to look at is said there. Raises TakenError, DecidedError."""
    held = _decided(by, row, reason, now)
    held.state, held.said, held.version = State.DRAFT, [("", reason)], held.version + 1
    return _done(by, held, "given-back", None)


def _hold(by: Actor, row: PileRow, now: datetime) -> PileRow:
    rows = PileRow.objects.select_for_update(of=("self",)).with_pile().select_related("taken_by")
    held = rows.filter(pk=row.pk).first()
    if held is None or not held.in_tray:
        raise DecidedError
    if held.taken_by_id not in (None, by.user.pk) and held.taken_at > now - CLAIM:
        raise TakenError(held)
    return held


def _decided(by: Actor, row: PileRow, reason: str, now: datetime) -> PileRow:
    held = _hold(by, row, now)
    # The reason answers the warnings that the page has shown, too.
    held.reason, held.decided_by, held.said = reason[:250], by.user, []
    return held


def _done(by: Actor, row: PileRow, decision: str, person: str | None) -> PileRow:
    if not row.in_tray:
        row.taken_by = row.taken_at = None
    row.save()
    changes = {"decision": decision, "reason": row.reason, "state": row.state}
    audit.record(by=by, action="pile.decided", subject=row, resident=person or "", changes=changes)
    return row
