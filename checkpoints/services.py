"""Writes of the checkpoints: declarations, and looks at a person from the desk. Passages are in passages.py."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from checkpoints import lookup, passes
from checkpoints.answers import Answer, compose
from checkpoints.models import Checkpoint, Declaration, VehicleKind
from checkpoints.scan import Scan, read_scan
from checkpoints.tickets import Ticket
from residents.birth import Birth
from residents.citizen_id import CitizenId
from residents.models import Resident, Unit
from residents.services import register_from_card, register_resident
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User


@dataclass(frozen=True)
class Answers:
    """What a citizen declares, read but unjudged. `form_key` is new with each form opened, the same when it is re-sent."""

    form_key: UUID
    number: CitizenId
    full_name: str
    birth: Birth
    phone: str
    origin: Unit
    origin_text: str
    destination: Unit
    destination_text: str
    checkpoint: Checkpoint
    vehicle_kind: VehicleKind
    plate: str
    places_visited: str
    symptoms: tuple[str, ...]
    had_contact: bool
    attested: bool

    @property
    def columns(self) -> dict[str, object]:
        """The answers as the declaration keeps them."""
        kept = {name: value for name, value in vars(self).items() if name not in ("form_key", "number", "birth")}
        return kept | {
            "resident": self.number.number,
            "date_of_birth": self.birth.earliest,
            "birth_precision": self.birth.precision,
            "symptoms": sorted(self.symptoms),
        }

    @property
    def idempotency_key(self) -> UUID:
        """The same for the same answers in the same form: the Back button and a second person make another declaration."""
        canonical = {name: str(getattr(value, "pk", value)) for name, value in self.columns.items()}
        return uuid5(self.form_key, json.dumps(canonical, sort_keys=True))


@transaction.atomic
def file_declaration(*, answers: Answers, by: Actor, filed_by: User | None = None) -> tuple[Declaration, str]:
    """Returns the declaration and its pass's token; the same two when the same form is sent again.

    `filed_by` is the officer who filed it at the desk for somebody.

    The registry is neither read nor written: nobody learns here whether a number is in it.
    """
    now = timezone.now()
    declaration, is_new = Declaration.objects.get_or_create(
        resident=answers.number.number,
        idempotency_key=answers.idempotency_key,
        defaults={
            **answers.columns,
            "filed_by": filed_by,
            "submitted_at": now,
            "valid_until": now + timedelta(hours=settings.DECLARATION_VALID_HOURS),
        },
    )
    if not is_new:
        return declaration, passes.token_of(declaration)
    token = passes.issue_keys(declaration)
    audit.record(by=by, action="declaration.filed", subject=declaration, resident=declaration.resident)
    return declaration, token


@transaction.atomic
def look_up_at_desk(*, scan: Scan, checkpoint: Checkpoint, at: datetime, by: Actor) -> Answer | None:
    """Returns the answer to a scan, or None for the key of no pass, and logs that the person's record was read."""
    answer = compose(scan, lookup.find(scan, checkpoint=checkpoint, at=at), at)
    audit.record(
        by=by,
        action="resident.read",
        subject=checkpoint,
        resident=answer.number if answer else "",
        changes={"purpose": "checkpoint", "scan": scan.kind, "found": bool(answer and answer.person)},
    )
    return answer


@transaction.atomic
def unmask_at_desk(*, ticket: Ticket, reason: str, checkpoint: Checkpoint, at: datetime, by: Actor) -> Answer:
    """Returns the ticket's answer once more, for showing phone and address in full, and logs why they were shown.

    Raises TicketError.
    """
    ticket.refuse_foreign(officer=by.user, checkpoint=checkpoint)
    scan = read_scan(ticket.scan)
    answer = compose(scan, lookup.find(scan, checkpoint=checkpoint, at=at), at)
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
    *, ticket: Ticket, full_name: str = "", birth: Birth | None = None, sex: str = "", by: Actor
) -> Resident:
    """Returns the person added to the registry: with the facts of the card that was scanned, else with those given.

    Raises ResidentError, AlreadyRegisteredError among them.
    """
    source = Resident.Source.CHECKPOINT
    card = read_scan(ticket.scan).card
    if card:
        return register_from_card(by=by, card=card, source=source)
    return register_resident(by=by, source=source, number=ticket.number, full_name=full_name, birth=birth, sex=sex)
