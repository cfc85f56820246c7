"""Mends a name or phone that a desk had wrong: the person stands there with the slip and tells the number.

The mend is kept as such: who did it, where, on which dose's slip, and why; the audit trail has before and after.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from residents.holding import ChangedMeanwhileError, hold_person
from residents.models import Resident
from residents.names import clean_name, name_key
from residents.scan import Card
from residents.services import update_resident, verify_resident
from vaccinations.desk.registering import keep_phone_reason
from vaccinations.models import Facility, Mend, Slip
from vaxreg import audit
from vaxreg.actors import Actor


class MendError(Exception):
    """A rule of mending refuses; `message` tells the user what to do."""

    message = ""


class NothingToMendError(MendError):
    message = _("Nothing differs from what is recorded. Change the name or the phone first.")


class CardNeededError(MendError):
    """The name was checked against a card or the population database, and no card of the person was scanned."""

    message = _("This name was checked before. To change it, scan the person's card.")


class CardDisagreesError(MendError):
    message = _("The card scanned is another person's, or says another name than the one typed.")


@transaction.atomic
def mend(
    *,
    by: Actor,
    slip: Slip,
    facility: Facility,
    before: dict[str, str],
    after: dict[str, str],
    reason: str,
    card: Card | None = None,
    phone_reason: str = "",
) -> Mend:
    """Returns the mend of the person whose slip it is; `before` and `after` hold full_name and phone.

    `phone_reason`: why the new phone number is one that many have.

    Raises NothingToMendError, CardNeededError, CardDisagreesError, and ChangedMeanwhileError where the record is not as
    the page showed it any more.
    """
    person = hold_person(slip.resident)
    now = {name: getattr(person, name) for name in Mend.Fact.values}
    if now != before:
        raise ChangedMeanwhileError
    after = {"full_name": clean_name(after["full_name"]), "phone": after["phone"]}
    changes = {name: value for name, value in after.items() if value != now[name]}
    if not changes:
        raise NothingToMendError
    card_seen = _checked(person, changes.get("full_name"), card)
    person = update_resident(by=by, resident=person, reason=reason, **changes)
    keep_phone_reason(by=by, person=person, reason=phone_reason)
    if card_seen and person.verified_at is None and card.traits.is_surely(person.traits, share_a_number=True):
        verify_resident(by=by, resident=person)
    return _keep(by, slip, facility, person, sorted(changes), reason, card_seen)


def is_checked(person: Resident) -> bool:
    """Whether only a card can speak against the name: it was compared with one, or the population database has it so."""
    return person.verified_at is not None or person.source == Resident.Source.POPULATION


def _checked(person: Resident, new_name: str | None, card: Card | None) -> bool:
    """Whether a card of the person was seen; refuses a new name that needs one, or that the card contradicts."""
    if card is None:
        if new_name and is_checked(person):
            raise CardNeededError
        return False
    is_theirs = card.number in person.numbers
    if not is_theirs or (new_name and name_key(card.full_name) != name_key(new_name)):
        raise CardDisagreesError
    return True


def _keep(
    by: Actor, slip: Slip, facility: Facility, person: Resident, facts: list[str], reason: str, card_seen: bool
) -> Mend:
    kept = Mend.objects.create(
        resident=slip.resident,
        dose=slip.dose,
        facility=facility,
        facts=facts,
        reason=reason,
        card_seen=card_seen,
        mended_by=by.user,
    )
    changes = {"slip": slip.code, "facts": facts, "card_seen": card_seen}
    audit.record(by=by, action="slip.mended", subject=kept, resident=person.pk, changes=changes)
    return kept
