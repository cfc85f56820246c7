"""People registered at the clinic desk, and the people they may be already."""

from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from residents.birth import UNKNOWN, Birth, Precision
from residents.citizen_id import CitizenId, Kind
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
MOST_NAMESAKES = 10


class PossibleDoubleError(Exception):
    """People of this name and date of birth are registered already: `people`."""

    def __init__(self, people: list[Resident]) -> None:
        super().__init__()
        self.people = people


def possible_doubles(*, full_name: str, birth: Birth) -> list[Resident]:
    """Returns people whose name has the same words and whose birth can be the same, a few at most.

    Where the birth is unknown, only people of unknown birth count: else every namesake would.
    """
    namesakes = Resident.objects.current().filter(name_key=name_key(full_name))
    if birth.earliest is None:
        return list(namesakes.filter(date_of_birth=None)[:MOST_NAMESAKES])
    exact = Q(date_of_birth=birth.earliest)
    vague = ~Q(birth_precision=Precision.DAY) if birth.precision == Precision.DAY else Q()
    people = namesakes.filter(exact | vague & Q(date_of_birth__year=birth.year))[: MOST_NAMESAKES * 10]
    return [person for person in people if person.birth.agrees_with(birth)][:MOST_NAMESAKES]


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
    known = {*seen, card and card.old_number and _leads_to(card.old_number)}
    doubles = [person for person in possible_doubles(full_name=full_name, birth=birth) if person.pk not in known]
    if doubles:
        raise PossibleDoubleError(doubles)
    if card:
        person = register_from_card(by=by, card=card, source=Resident.Source.CLINIC, is_holder=is_holder, **facts)
    else:
        person = register_resident(
            by=by, source=Resident.Source.CLINIC, number=number, full_name=full_name, birth=birth, **facts
        )
    if phone_reason:
        reason = {"reason": phone_reason}
        audit.record(by=by, action="phone.explained", subject=person, resident=person.pk, changes=reason)
    return person


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
