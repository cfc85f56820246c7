"""Writes of citizens: journeys declared, changed and withdrawn. The registry is neither read nor written."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring import passes
from checkpoints.models import (
    Attestation,
    Checkpoint,
    Declaration,
    JourneyReason,
    Passage,
    PassKey,
    VehicleKind,
)
from residents.birth import Birth
from residents.citizen_id import CitizenId
from residents.models import Unit
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User

NOT_COLUMNS = ("form_key", "number", "birth")


class ChangeRefusedError(Exception):
    """A declaration can no longer be changed; `message` says why."""

    message = _("This declaration can no longer be changed.")


class AlreadyPassedError(ChangeRefusedError):
    """An officer has recorded a passage with it."""

    message = _("You have passed a checkpoint with this pass. It can no longer be changed; file a new declaration.")


class EndedError(ChangeRefusedError):
    """It has expired or was withdrawn."""

    message = _("This pass is no longer valid. File a new declaration.")


class ChangedMeanwhileError(ChangeRefusedError):
    """Another version was made since this one was opened."""

    message = _("The declaration was changed meanwhile. Open it again and look at what it says now.")


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


@transaction.atomic
def change_journey(*, seen: Sequence[int], people: Sequence[Answers], by: Actor) -> list[Declaration]:
    """Returns the new versions of the declarations `seen`, in the order given; the old ones stay, superseded.

    A new version is valid as long as the first was. Sent again, the same form changes nothing more.
    Raises ChangeRefusedError.
    """
    now, held = timezone.now(), _held(seen)
    # Not the keys of the filing, though the answers and the form's key may be the same.
    keys = [uuid5(key, str(old.version + 1)) for old, key in zip(held, idempotency_keys(people), strict=True)]
    sent_before = Declaration.objects.filter(resident=held[0].resident, idempotency_key=keys[0])
    if sent_before:
        return list(sent_before)
    _refuse_unchangeable(held, now)
    return [_supersede(old, said, key, now, by) for old, said, key in zip(held, people, keys, strict=True)]


@transaction.atomic
def withdraw_journey(*, seen: Sequence[int], by: Actor) -> None:
    """Ends the declarations `seen`: their pass is no longer valid. Withdrawing twice is withdrawing once.

    Raises ChangeRefusedError.
    """
    now, held = timezone.now(), _held(seen)
    if all(declaration.withdrawn_at for declaration in held):
        return
    _refuse_unchangeable(held, now)
    for declaration in held:
        Declaration.objects.filter(pk=declaration.pk).update(withdrawn_at=now)
        audit.record(by=by, action="declaration.withdrawn", subject=declaration, resident=declaration.resident)


class NotTheDeclarerError(Exception):
    """Date of birth and phone are not those declared; `message` tells neither which of them nor what else."""

    message = _("This is not what was declared with this pass. Check the date of birth and the phone number.")


@transaction.atomic
def open_journey(*, token: str, birth: Birth, phone: str, by: Actor) -> list[Declaration]:
    """Returns the declarations of a pass to the person who filed them, for changing. Raises NotTheDeclarerError.

    Of a pass for several people the first one's date of birth counts.
    """
    found = passes.find_declarations(token)
    if not found or (found[0].birth, found[0].phone) != (birth, phone):
        raise NotTheDeclarerError
    audit.record(by=by, action="declaration.opened", subject=found[0], resident=found[0].resident)
    return found


def seen_declarations(seen: Sequence[int]) -> list[Declaration]:
    """Returns the declarations opened before, in the order given. Raises ChangeRefusedError where one is gone."""
    found = Declaration.objects.select_related("origin", "destination").in_bulk(list(seen))
    if set(found) != set(seen):
        raise ChangeRefusedError
    return [found[pk] for pk in seen]


@transaction.atomic
def recall_journey(*, token: str, by: Actor) -> Declaration | None:
    """Returns the declaration of the person who filed last from this phone, or None, and logs that it was shown."""
    found = passes.find_declarations(token)
    if not found:
        return None
    audit.record(by=by, action="declaration.recalled", subject=found[0], resident=found[0].resident)
    return found[0]


def hold_for_passage(declaration: int | None) -> None:
    """Keeps the declaration as it is until the caller's transaction has recorded the passage."""
    list(Declaration.objects.select_for_update().filter(pk=declaration).values_list("pk"))


def has_passed(declaration: Declaration) -> bool:
    """Whether a passage that still counts was recorded with any version of the declaration."""
    return Passage.objects.made_with(declaration).exists()


def _held(seen: Sequence[int]) -> list[Declaration]:
    """The rows in the order seen. Locked in one order, so that nobody waits for somebody who waits for them."""
    rows = Declaration.objects.select_for_update().filter(pk__in=seen).order_by("pk")
    found = {row.pk: row for row in rows}
    if set(found) != set(seen):
        raise ChangeRefusedError
    return [found[pk] for pk in seen]


def _refuse_unchangeable(held: Sequence[Declaration], at: datetime) -> None:
    if any(declaration.superseded_at for declaration in held):
        raise ChangedMeanwhileError
    if any(declaration.withdrawn_at or declaration.valid_until <= at for declaration in held):
        raise EndedError
    if any(has_passed(declaration) for declaration in held):
        raise AlreadyPassedError


def _supersede(old: Declaration, said: Answers, key: UUID, now: datetime, by: Actor) -> Declaration:
    Declaration.objects.filter(pk=old.pk).update(superseded_at=now)
    new = Declaration.objects.create(
        **said.columns,
        journey=old.journey,
        place_in_journey=old.place_in_journey,
        version=old.version + 1,
        submitted_at=now,
        valid_until=old.valid_until,
        idempotency_key=key,
    )
    PassKey.objects.filter(declaration=old).update(declaration=new)
    changes = {"version": [old.version, new.version]}
    audit.record(by=by, action="declaration.changed", subject=new, resident=new.resident, changes=changes)
    return new
