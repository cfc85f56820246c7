"""Writes of citizens: journeys declared. The registry is neither read nor written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from checkpoints.declaring import passes
from checkpoints.models import (
    Attestation,
    Checkpoint,
    Declaration,
    JourneyReason,
    VehicleKind,
)
from residents.birth import Birth
from residents.citizen_id import CitizenId
from residents.models import Unit
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User

NOT_COLUMNS = ("form_key", "number", "birth")


@dataclass(frozen=True)
class Answers:
    """What is declared of one person, read but unjudged. `form_key` is new with each form opened, the same when re-sent.

    Without a number of one's own (`has_number`), `number` is the guardian's.
    """

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
    seat: str = ""
    departs_on: date | None = None
    journey_reason: JourneyReason | None = None
    sex: str = ""
    nationality: str = ""
    address: str = ""
    email: str = ""
    insurance_number: str = ""
    is_for_other: bool = False
    has_number: bool = True
    attestation: Attestation | None = None
    test_kind: str = ""
    test_result: str = ""
    test_taken_at: datetime | None = None

    @property
    def columns(self) -> dict[str, object]:
        """The answers as the declaration keeps them."""
        kept = {name: value for name, value in vars(self).items() if name not in NOT_COLUMNS}
        return kept | {
            "resident": self.number.number,
            "date_of_birth": self.birth.earliest,
            "birth_precision": self.birth.precision,
            "symptoms": sorted(self.symptoms),
        }


def idempotency_keys(people: Sequence[Answers]) -> list[UUID]:
    """One key a person, the same for the same answers of all people in the same form.

    So the Back button with one answer changed, or with one person more, makes another journey.
    """
    canonical = [{name: str(getattr(said, "pk", said)) for name, said in one.columns.items()} for one in people]
    form_key = uuid5(people[0].form_key, json.dumps(canonical, sort_keys=True))
    return [form_key, *(uuid5(form_key, str(place)) for place in range(1, len(people)))]


def file_declaration(*, answers: Answers, by: Actor, filed_by: User | None = None) -> tuple[Declaration, str]:
    """Returns the declaration of one person and its pass's token; the same two when the same form is sent again."""
    declarations, token = file_journey(people=[answers], by=by, filed_by=filed_by)
    return declarations[0], token


@transaction.atomic
def file_journey(
    *, people: Sequence[Answers], by: Actor, filed_by: User | None = None
) -> tuple[list[Declaration], str]:
    """Returns one declaration a person, in the order given, and the token of the pass for all of them.

    The first is the person who files. Sent again, the same form gets the same answer: who comes second waits at the
    first person's key until the first is done. `filed_by` is the officer who filed it at the desk.
    """
    now, journey, keys = timezone.now(), uuid4(), idempotency_keys(people)
    facts = {
        "journey": journey,
        "filed_by": filed_by,
        "submitted_at": now,
        "valid_until": now + timedelta(hours=settings.DECLARATION_VALID_HOURS),
    }
    first, is_new = Declaration.objects.get_or_create(
        resident=people[0].number.number, idempotency_key=keys[0], defaults=people[0].columns | facts
    )
    if not is_new:
        return _filed_before(first, len(people))
    others = [
        Declaration(**people[place].columns, **facts, idempotency_key=keys[place], place_in_journey=place)
        for place in range(1, len(people))
    ]
    declarations = [first, *Declaration.objects.bulk_create(others)]
    token = passes.issue_journey_keys(declarations)
    for declaration in declarations:
        changes = {"people": len(people), "place": declaration.place_in_journey} if others else None
        audit.record(
            by=by, action="declaration.filed", subject=declaration, resident=declaration.resident, changes=changes
        )
    return declarations, token


def _filed_before(first: Declaration, people: int) -> tuple[list[Declaration], str]:
    return [first], passes.token_of_journey(first.journey) if people > 1 else passes.token_of(first)


def hold_for_passage(declaration: int | None) -> None:
    """Keeps the declaration as it is until the caller's transaction has recorded the passage."""
    list(Declaration.objects.select_for_update().filter(pk=declaration).values_list("pk"))
