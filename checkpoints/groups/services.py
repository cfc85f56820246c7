"""People who are looked up and recorded together: a bus, or two on a motorbike."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, When

from checkpoints.answering.answers import Answer, Proof
from checkpoints.cards.scan import Scan, read_scan
from checkpoints.desk.passages import record_passage
from checkpoints.desk.services import look_up_at_desk
from checkpoints.groups.members import MOST_MEMBERS, Decided, Group, Member
from checkpoints.models import Checkpoint, Declaration, Passage, PassKey
from vaxreg import audit
from vaxreg.actors import Actor

# A number, and for somebody without one the name and birth declared under the guardian's.
WHO = (
    "resident",
    "has_number",
    Case(When(has_number=False, then="full_name")),
    Case(When(has_number=False, then="date_of_birth")),
)


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


def look_again(*, member: Member, proof: Proof | None, checkpoint: Checkpoint, at: datetime, by: Actor) -> Member:
    """Returns the member judged anew with what the officer found on asking for a proof of recovery. The look is logged."""
    answer = look_up_at_desk(scan=read_scan(member.ticket.scan), checkpoint=checkpoint, at=at, proof=proof, by=by)
    return Member.of(answer, checkpoint=checkpoint, officer=by.user)


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
    current = declarations.filter(superseded_at=None, withdrawn_at=None).order_by("-submitted_at", "place_in_journey")
    # Who has declared twice with one vehicle is one person aboard: the newest counts.
    people = {}
    for pk, *who in current.values_list("pk", *WHO):
        people.setdefault(tuple(who), pk)
    keys = PassKey.objects.filter(declaration__in=[*people.values()][:MOST_MEMBERS]).select_related("declaration")
    codes = {key.declaration_id: key for key in keys if not key.is_token}
    return [codes[pk] for pk in sorted(codes, key=lambda pk: codes[pk].declaration.place_in_journey)]


def _aboard(plate: str, at: datetime) -> Any:
    return Declaration.objects.filter(plate=plate, submitted_at__lte=at, valid_until__gt=at)
