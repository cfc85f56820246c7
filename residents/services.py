"""Writes to the registry, and the one logged way to read a person by number.

A number never changes. A person who turns out to have another one gets a new row, and every number they ever had
leads to it in one step (`superseded_by`). Nothing that other tables keep under an old number is moved or lost:
doses, declarations and passages stay where they were recorded, and are read for all numbers of the person:
`filter(resident__in=person.numbers)`, or without loading the person `filter(resident__in=Resident.objects.numbers_of(n))`.
"""

from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from residents.birth import UNKNOWN, Birth
from residents.citizen_id import CitizenId, Kind
from residents.holding import ResidentError, hold_people
from residents.merging.joining import are_two_citizen_ids, join, lead
from residents.models import Resident, Unit
from residents.names import clean_name
from residents.querysets import ResidentQuerySet
from residents.scan import Card
from vaxreg import audit
from vaxreg.actors import Actor

EDITABLE = ("full_name", "birth", "sex", "phone", "address", "province", "ward")
# What a row under another number takes over; not `verified_at`, for nobody has seen a card with that number.
COPIED = (
    "full_name",
    "date_of_birth",
    "birth_precision",
    "sex",
    "phone",
    "address",
    "province_id",
    "ward_id",
    "source",
)


class AlreadyRegisteredError(ResidentError):
    """The number leads to somebody already: `resident`."""

    message = _("This number is registered already. Look the person up instead of registering them again.")

    def __init__(self, resident: Resident) -> None:
        super().__init__()
        self.resident = resident


class NotIssuedError(ResidentError):
    """A provisional number that this registry did not issue."""

    message = _("This provisional number was never issued. Check it, or leave it empty to be given a new one.")


class NumberOfAnotherPersonError(ResidentError):
    """The number belongs to somebody of another name, sex or date of birth, or of whom too little is known to tell."""

    message = _(
        "This number belongs to somebody of another name, sex or date of birth, or whose date of birth is not known. "
        "Check the number; if it is right, correct or complete the wrong record first."
    )


@transaction.atomic
def register_resident(
    *,
    by: Actor,
    source: str,
    full_name: str,
    number: str | None = None,
    birth: Birth = UNKNOWN,
    sex: str = "",
    phone: str = "",
    address: str = "",
    province: Unit | None = None,
    ward: Unit | None = None,
    card_seen: bool = False,
) -> Resident:
    """Returns the new person; without a number they get a provisional one.

    Of two desks that register one number at the same moment, one succeeds and the other gets AlreadyRegisteredError,
    which carries the person. Raises NotIssuedError for a provisional number made up elsewhere.
    """
    if number:
        _refuse_unissued(number)
    resident = Resident(
        citizen_id=number or _next_provisional_number(),
        full_name=clean_name(full_name),
        date_of_birth=birth.earliest,
        birth_precision=birth.precision,
        sex=sex,
        phone=phone,
        address=clean_name(address),
        province=province,
        ward=ward,
        source=source,
        verified_at=timezone.now() if card_seen else None,
    )
    _insert(resident)
    audit.record(
        by=by,
        action="resident.registered",
        subject=resident,
        resident=resident.pk,
        changes={"source": source, "card_seen": card_seen},
    )
    return resident


def register_from_card(*, by: Actor, card: Card, source: str, is_holder: bool = False, **facts: Any) -> Resident:
    """Returns the new person with the facts of the card in hand, and its old number leading to them.

    `facts` are what a card does not say, such as phone and province. An old number that somebody else has is left to
    them, unless they are surely the same person (Traits.is_surely), or can be and somebody has confirmed it
    (`is_holder`). Raises AlreadyRegisteredError.
    """
    resident = register_resident(
        by=by,
        source=source,
        number=card.number,
        full_name=card.full_name,
        birth=card.birth,
        sex=card.sex,
        address=card.address,
        card_seen=True,
        **facts,
    )
    if card.old_number:
        holder = Resident.objects.by_number(card.old_number).first()
        if holder is None or is_joined(card, holder, is_holder=is_holder):
            add_alias(by=by, resident=resident, number=card.old_number, is_confirmed=True)
    return resident


def is_joined(card: Card, holder: Resident, *, is_holder: bool = False) -> bool:
    """Whether registering the card makes one record with the holder of its old number, confirmed as such or not."""
    surely = card.traits.is_surely(holder.traits, share_a_number=True)
    is_sure = surely and not are_two_citizen_ids(card.number, holder.pk)
    return is_sure or (is_holder and card.traits.can_be(holder.traits))


@transaction.atomic
def look_up(*, by: Actor, number: str, purpose: str, among: ResidentQuerySet | None = None) -> Resident | None:
    """Returns the person whom the number leads to, and logs that their record was read, or that nobody was found.

    `purpose` is a short code of the page or act, such as "clinic" or "checkpoint"; `among` are the people whom the actor
    may see, everybody where the person stands before them.
    """
    resident = (Resident.objects.all() if among is None else among).by_number(number).first()
    audit.record(
        by=by,
        action="resident.read",
        subject=resident,
        resident=resident.pk if resident else number,
        changes={"purpose": purpose, "found": resident is not None},
    )
    return resident


@transaction.atomic
def unmask(*, by: Actor, resident: Resident, reason: str) -> None:
    """Logs that, and why, the actor saw the person's number, phone and address in full."""
    audit.record(by=by, action="resident.unmasked", subject=resident, resident=resident.pk, changes={"reason": reason})


@transaction.atomic
def verify_resident(*, by: Actor, resident: Resident) -> Resident:
    """Returns the person, marked as one whose card a member of staff has seen now."""
    (person,) = hold_people(resident.pk)
    before, person.verified_at = person.verified_at, timezone.now()
    person.save(update_fields=["verified_at"])
    audit.record(
        by=by,
        action="resident.verified",
        subject=person,
        resident=person.pk,
        changes={"verified_at": [before and before.isoformat(), person.verified_at.isoformat()]},
    )
    return person


@transaction.atomic
def update_resident(*, by: Actor, resident: Resident, reason: str = "", **facts: Any) -> Resident:
    """Returns the person with the facts given (of EDITABLE) set; only those that differ are written and recorded."""
    if unknown := facts.keys() - set(EDITABLE):
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    (person,) = hold_people(resident.pk)
    changes = {}
    for name, value in facts.items():
        before, after = getattr(person, name), clean_name(value) if name in ("full_name", "address") else value
        if before != after:
            setattr(person, name, after)
            changes[name] = [_as_text(before), _as_text(after)]
    if not changes:
        return person
    person.save()
    person.refresh_from_db()
    changes |= {"reason": reason} if reason else {}
    audit.record(by=by, action="resident.updated", subject=person, resident=person.pk, changes=changes)
    return person


@transaction.atomic
def correct_number(
    *, by: Actor, resident: Resident, new_number: str | None, reason: str, is_confirmed: bool = False
) -> Resident:
    """Returns the person under the right number, to which every number they ever had leads in one step.

    - A number that nobody has: a new row with the same facts. None stands for a new provisional number.
    - A number the person had before: that row is theirs again.
    - A number of somebody who is surely the same person (Traits.is_surely), or who can be and somebody who saw both
      records has confirmed it (`is_confirmed`): both become one under it; what is known only of the old row is added.
      Of two citizen IDs somebody has to say so always. It is a merge, and can be undone as one.

    Doses and all else recorded under the old number stay there and are read through Resident.numbers.
    Raises NumberOfAnotherPersonError, NotIssuedError, ChangedMeanwhileError.
    """
    if new_number:
        _refuse_unissued(new_number)
    number = new_number or _next_provisional_number()
    person, other = hold_people(resident.pk, number)
    if number == person.pk:
        return person
    if other not in (None, person):
        right = _joined(by, other, person, reason, is_confirmed)
    else:
        right = _reinstate(number, person) if other else _insert(_copy(person, citizen_id=number))
        lead(person, to=right)
    audit.record(
        by=by,
        action="resident.number_corrected",
        subject=right,
        resident=right.pk,
        changes={"number": [person.pk, right.pk], "reason": reason, "merged": other not in (None, person)},
    )
    return right


@transaction.atomic
def add_alias(*, by: Actor, resident: Resident, number: str, is_confirmed: bool = False) -> Resident:
    """Returns the person, to whom this older number of theirs (the CMND on a chip card) leads from now on.

    Somebody registered under it becomes one with them on the conditions of correct_number.
    Raises NumberOfAnotherPersonError, NotIssuedError, ChangedMeanwhileError.
    """
    _refuse_unissued(number)
    person, other = hold_people(resident.pk, number)
    if other == person:
        return person
    if other is None:
        _insert(_copy(person, citizen_id=number, superseded_by=person))
    else:
        _joined(by, person, other, gettext("Older number on the card of the same person"), is_confirmed)
    audit.record(
        by=by,
        action="resident.alias_added",
        subject=person,
        resident=person.pk,
        changes={"number": number, "merged": other is not None},
    )
    return person


def _next_provisional_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 'T' || lpad(nextval('residents_provisional')::text, 11, '0')")
        return cursor.fetchone()[0]


def _refuse_unissued(number: str) -> None:
    """Every provisional number that was issued has a row: one typed without a row was made up or misread."""
    if CitizenId(number).kind is Kind.PROVISIONAL and not Resident.objects.filter(pk=number).exists():
        raise NotIssuedError


def _insert(resident: Resident) -> Resident:
    try:
        with transaction.atomic():
            resident.save(force_insert=True)
    except IntegrityError as error:
        existing = Resident.objects.by_number(resident.pk).first()
        if existing is None:
            raise
        raise AlreadyRegisteredError(existing) from error
    return resident


def _copy(person: Resident, **different: Any) -> Resident:
    return Resident(**{name: getattr(person, name) for name in COPIED}, **different)


def _reinstate(number: str, person: Resident) -> Resident:
    """The person's earlier row, current again with the facts known today."""
    row = Resident.objects.get(pk=number)
    for name in COPIED:
        setattr(row, name, getattr(person, name))
    row.superseded_by = None
    row.save()
    return row


def _joined(by: Actor, kept: Resident, dropped: Resident, reason: str, is_confirmed: bool) -> Resident:
    """The person kept, whose record the other is from now on; two citizen IDs are never joined unasked."""
    is_sure = kept.traits.is_surely(dropped.traits) and not are_two_citizen_ids(kept.pk, dropped.pk)
    if not is_sure and not (is_confirmed and kept.traits.can_be(dropped.traits)):
        raise NumberOfAnotherPersonError
    join(by=by, kept=kept, dropped=dropped, reason=reason)
    return kept


def _as_text(fact: Any) -> str:
    if isinstance(fact, Unit):
        # Not str(): that is in the language of whoever looks.
        return f"{fact.code} {fact.name}"
    return "" if fact is None else str(fact)
