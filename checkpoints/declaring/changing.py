"""Writes of citizens on what they have declared: changed, withdrawn, or filed anew, as long as nobody has passed with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring import passes
from checkpoints.declaring.filing import Answers, file_journey, idempotency_keys
from checkpoints.models import Declaration, Passage, PassKey
from residents.birth import Birth
from vaxreg import audit
from vaxreg.actors import Actor


class ChangeRefusedError(Exception):
    """A declaration can no longer be changed; `message` says why."""

    message = _("This declaration can no longer be changed.")
    # Whether opening it once more shows something that can be changed.
    is_passing = False


class AlreadyPassedError(ChangeRefusedError):
    """An officer has recorded a passage with it."""

    message = _("A checkpoint has recorded you with this pass. It can no longer be changed; file a new declaration.")


class EndedError(ChangeRefusedError):
    """It has expired or was withdrawn."""

    message = _("This pass is no longer valid. File a new declaration.")


class ChangedMeanwhileError(ChangeRefusedError):
    """Another version was made since this one was opened."""

    message = _("The declaration was changed meanwhile. Open it again and look at what it says now.")
    is_passing = True


@transaction.atomic
def change_journey(
    *, seen: Sequence[int], changed: Mapping[int, Answers], added: Sequence[Answers] = (), by: Actor
) -> list[Declaration]:
    """Returns the newest declarations of the journey's people: of those `changed`, by the keys in `seen`, and `added`.

    Who was seen and is not among them does not travel any more: withdrawn. All are valid as long as the first version
    was, and old versions stay, superseded. Sent again, the same form changes nothing more. Raises ChangeRefusedError.
    """
    now, held = timezone.now(), _held(seen)
    # Not the keys of the filing, though the answers and the form's key may be the same.
    keys = idempotency_keys([*changed.values(), *added])
    first = next(old for old in held if old.pk in changed)
    sent_before = Declaration.objects.filter(resident=first.resident, idempotency_key=_of_version(keys[0], first))
    if sent_before:
        return list(sent_before)
    _refuse_unchangeable(held, now)
    by_key = dict(zip(changed, keys, strict=False))
    kept = [_supersede(old, changed[old.pk], by_key[old.pk], now, by) for old in held if old.pk in changed]
    for gone in (old for old in held if old.pk not in changed):
        _withdraw(gone, now, by)
    return [*kept, *_add(first, added, keys[len(changed) :], now, by)]


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
        _withdraw(declaration, now, by)


@transaction.atomic
def replace_journey(*, seen: Sequence[int], people: Sequence[Answers], by: Actor) -> tuple[list[Declaration], str]:
    """Returns the journey filed anew and its pass's token; the declarations `seen` are withdrawn with it.

    For a wrong number: a pass belongs to the number that it was filed under. Raises ChangeRefusedError.
    """
    withdraw_journey(seen=seen, by=by)
    return file_journey(people=people, by=by)


class NotTheDeclarerError(Exception):
    """Date of birth and phone are not those declared; `message` tells neither which of them nor what else."""

    message = _("This is not what was declared with this pass. Check the date of birth and the phone number.")


@transaction.atomic
def open_journey(*, token: str, birth: Birth, phone: str, by: Actor) -> list[Declaration]:
    """Returns the declarations of a pass to the person who filed them, for changing.

    Of a pass for several people the first one's date of birth counts. Who was withdrawn before is left out.
    Raises NotTheDeclarerError, and ChangeRefusedError rather than let somebody fill in what cannot be changed any more.
    """
    found = passes.find_declarations(token)
    if not found or (found[0].birth, found[0].phone) != (birth, phone):
        raise NotTheDeclarerError
    travelling = [declaration for declaration in found if not declaration.withdrawn_at] or found
    _refuse_unchangeable(travelling, timezone.now())
    audit.record(by=by, action="declaration.opened", subject=found[0], resident=found[0].resident)
    return travelling


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


def _of_version(key: UUID, old: Declaration) -> UUID:
    """The key of the version that follows."""
    return uuid5(key, str(old.version + 1))


def _withdraw(declaration: Declaration, now: datetime, by: Actor) -> None:
    Declaration.objects.filter(pk=declaration.pk).update(withdrawn_at=now)
    audit.record(by=by, action="declaration.withdrawn", subject=declaration, resident=declaration.resident)


def _add(
    first: Declaration, added: Sequence[Answers], keys: Sequence[UUID], now: datetime, by: Actor
) -> list[Declaration]:
    """The declarations of those who join the journey, with passes of their own and a place in the pass for all."""
    if not added:
        return []
    place = passes.places_taken(first.journey)
    facts = {"journey": first.journey, "submitted_at": now, "valid_until": first.valid_until}
    rows = [
        Declaration(**said.columns, **facts, idempotency_key=uuid5(key, "added"), place_in_journey=place + number)
        for number, (said, key) in enumerate(zip(added, keys, strict=True))
    ]
    joined = Declaration.objects.bulk_create(rows)
    passes.join_journey(first, joined)
    for declaration in joined:
        changes = {"place": declaration.place_in_journey}
        audit.record(
            by=by, action="declaration.filed", subject=declaration, resident=declaration.resident, changes=changes
        )
    return joined


def _supersede(old: Declaration, said: Answers, key: UUID, now: datetime, by: Actor) -> Declaration:
    Declaration.objects.filter(pk=old.pk).update(superseded_at=now)
    new = Declaration.objects.create(
        **said.columns,
        journey=old.journey,
        place_in_journey=old.place_in_journey,
        version=old.version + 1,
        submitted_at=now,
        valid_until=old.valid_until,
        idempotency_key=_of_version(key, old),
    )
    PassKey.objects.filter(declaration=old).update(declaration=new)
    changes = {"version": [old.version, new.version]}
    audit.record(by=by, action="declaration.changed", subject=new, resident=new.resident, changes=changes)
    return new
