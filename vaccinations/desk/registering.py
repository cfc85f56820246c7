"""People registered at the clinic desk, and the people they may be already."""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from residents.birth import UNKNOWN, Birth, Precision
from residents.citizen_id import CitizenId, Kind
from residents.matching import Band, Candidate, Facts, candidates
from residents.models import Resident
from residents.names import name_key
from residents.scan import Card
from residents.services import (
    AlreadyRegisteredError,
    add_alias,
    correct_number,
    register_from_card,
    register_resident,
)
from vaccinations.due.services import refresh_due
from vaxreg import audit
from vaxreg.actors import Actor

RANKS = {Kind.PROVISIONAL: 0, Kind.OLD_CARD: 1, Kind.CITIZEN_ID: 2}
MOST_OFFERED, MOST_NAMESAKES = 5, 100


class PossibleDoubleError(Exception):
    """People who are registered already may be meant: `candidates`, the likeliest first."""

    def __init__(self, candidates: list[Candidate]) -> None:
        super().__init__()
        self.candidates = candidates


def possible_doubles(facts: Facts, *, seen: Collection[str] = ()) -> list[Candidate]:
    """Returns who of the registry may be meant, by the rule of residents.matching, without those seen already.

    Behind them stands whoever has the same name and a birth that can be the same, where these are few: the rule has too
    little to go by, but a form that was sent twice says no more, and a second person is never made in silence.
    """
    found = [one for one in candidates(facts, most=MOST_OFFERED + len(seen)) if one.resident.pk not in seen]
    known = {*seen, *(one.resident.pk for one in found)}
    others = [person for person in namesakes(facts.full_name, facts.birth) if person.pk not in known]
    if len(others) > MOST_OFFERED:
        others = [person for person in others if person.birth == facts.birth]
    likes = [Candidate(person, Band.DOUBTFUL, 0.0, ("name", *_same_birth(person, facts))) for person in others]
    return (found + likes)[:MOST_OFFERED]


def namesakes(full_name: str, birth: Birth) -> list[Resident]:
    """Returns people whose name has the same words and whose birth can be the same, some at most.

    Where the birth is unknown, only people of unknown birth count: else every namesake would.
    """
    likes = Resident.objects.current().filter(name_key=name_key(full_name))
    if birth.earliest is None:
        return list(likes.filter(date_of_birth=None)[:MOST_NAMESAKES])
    exact = Q(date_of_birth=birth.earliest)
    vague = ~Q(birth_precision=Precision.DAY) if birth.precision == Precision.DAY else Q()
    people = likes.filter(exact | vague & Q(date_of_birth__year=birth.year))[:MOST_NAMESAKES]
    return [person for person in people if person.birth.agrees_with(birth)]


def _same_birth(person: Resident, facts: Facts) -> tuple[str, ...]:
    if person.birth.earliest is None:
        return ()
    return ("birth",) if person.birth == facts.birth else ("birth-year",)


@transaction.atomic
def log_offered(*, by: Actor, offered: Collection[Candidate]) -> None:
    """Logs who was shown as somebody who may be meant."""
    audit.record_each(by=by, action="resident.listed", residents=[one.resident.pk for one in offered])


@transaction.atomic
def register_at_clinic(
    *,
    by: Actor,
    number: str | None = None,
    card: Card | None = None,
    full_name: str = "",
    birth: Birth = UNKNOWN,
    seen: Collection[str] = (),
    is_holder: bool = False,
    phone_reason: str = "",
    **facts: Any,
) -> Resident:
    """Returns the new person: as the card says, under the number typed, or under a provisional one.

    `is_holder`: the clerk says that whoever holds the card's old number stands here. `phone_reason`: why they have a phone
    number that many have.

    `seen` are the numbers of the possible doubles that the clerk saw and found to be other people. The same name and birth
    are registered by one desk at a time, so a double tap sees the first one's person.
    Raises PossibleDoubleError, and AlreadyRegisteredError and NotIssuedError of residents.services.
    """
    if card:
        number, full_name, birth = card.number, card.full_name, card.birth
    _hold(f"register {name_key(full_name)} {birth}")
    _refuse_registered(number)
    held_old = _leads_to(card.old_number) if card and card.old_number else None
    typed = Facts(
        number=number or "",
        full_name=full_name,
        birth=birth,
        sex=card.sex if card else facts.get("sex", ""),
        phone=facts.get("phone", ""),
        province=facts.get("province"),
        ward=facts.get("ward"),
    )
    doubles = possible_doubles(typed, seen={*seen, *filter(None, [held_old])})
    if doubles:
        raise PossibleDoubleError(doubles)
    if card:
        person = register_from_card(by=by, card=card, source=Resident.Source.CLINIC, is_holder=is_holder, **facts)
        if held_old:
            # Somebody was known under the card's old number: what was due for them is due under the new one.
            refresh_due(resident=person, on=timezone.localdate())
    else:
        person = register_resident(
            by=by, source=Resident.Source.CLINIC, number=number, full_name=full_name, birth=birth, **facts
        )
    keep_phone_reason(by=by, person=person, reason=phone_reason)
    return person


@transaction.atomic
def keep_phone_reason(*, by: Actor, person: Resident, reason: str) -> None:
    """Keeps why the person has a phone number that many have, where that was asked."""
    if reason:
        changes = {"reason": reason}
        audit.record(by=by, action="phone.explained", subject=person, resident=person.pk, changes=changes)


@transaction.atomic
def join_number(*, by: Actor, resident: Resident, number: str) -> Resident:
    """Returns the person found under another number, to whom the number presented now belongs too.

    The better kind is the current one (citizen ID, then old card, then provisional). Of two citizen IDs one is wrong, which
    the desk cannot tell: the person keeps theirs. Raises NumberOfAnotherPersonError, NotIssuedError, ChangedMeanwhileError.
    """
    had, presented = RANKS[CitizenId(resident.pk).kind], RANKS[CitizenId(number).kind]
    if presented == had:
        return resident
    if presented > had:
        reason = gettext("Presented at the clinic desk")
        person = correct_number(by=by, resident=resident, new_number=number, reason=reason, is_confirmed=True)
    else:
        person = add_alias(by=by, resident=resident, number=number, is_confirmed=True)
    # Both numbers may have had doses.
    refresh_due(resident=person, on=timezone.localdate())
    return person


def _refuse_registered(number: str | None) -> None:
    existing = Resident.objects.by_number(number).first() if number else None
    if existing:
        raise AlreadyRegisteredError(existing)


def _leads_to(number: str) -> str | None:
    return Resident.objects.by_number(number).values_list("pk", flat=True).first()


def _hold(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
