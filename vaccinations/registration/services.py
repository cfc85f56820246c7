"""Writes of citizens who register for vaccination. The registry is neither read nor written."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from residents.birth import Birth
from residents.models import Unit
from vaccinations.models import Appointment, ConsentText, Facility, PriorityGroup, RegisteredPerson, Registration
from vaccinations.sessions.codes import free_code
from vaccinations.sessions.replies import decline
from vaxreg import audit
from vaxreg.actors import Actor

TOKEN_BYTES = 16
# The states in which the code of an invitation opens its person's line: it is not used up yet.
OPENING = (*Appointment.EXPECTED, Appointment.State.DECLINED)


class RegistrationError(Exception):
    """A rule of the registration refuses; `message` says so."""

    message = ""


class NotOpenedError(RegistrationError):
    """No such code, or another date of birth; `message` tells neither which of them."""

    message = _("There is no registration with this code and this date of birth. Check both.")


class TooLateError(RegistrationError):
    """The time in which a withdrawal could be undone is over."""

    message = _("This can no longer be undone. Register again; it is free of charge.")


class ArrivedError(RegistrationError):
    """The person is at the clinic."""

    message = _("The clinic has noted your arrival. Speak to the staff there.")


@dataclass(frozen=True)
class Person:
    """What is said of one person, read but unjudged. `conditions`: codes; empty: none; None: not known."""

    full_name: str
    birth: Birth
    sex: str
    number: str
    phone: str
    priority_group: PriorityGroup | None
    conditions: Sequence[str] | None
    is_standby: bool


@dataclass(frozen=True)
class Answers:
    """What a form says. `form_key` is new with each form opened, the same when it is sent again."""

    form_key: UUID
    people: tuple[Person, ...]
    province: Unit
    ward: Unit | None
    reach: str
    preferred_facility: Facility | None
    is_for_other: bool
    consent: ConsentText | None
    consented: bool

    @property
    def idempotency_key(self) -> UUID:
        """The same for the same answers in the same form; with one answer changed it is another registration."""
        return uuid5(self.form_key, json.dumps(asdict(self), sort_keys=True, default=lambda part: str(_key_of(part))))


@transaction.atomic
def register(*, answers: Answers, now: datetime, by: Actor) -> Registration:
    """Returns the registration with its code and token; the same one when the same form is sent again.

    Who comes second waits at the first one's key until the first is done.
    """
    facts = {
        "code": free_code(),
        "token": secrets.token_urlsafe(TOKEN_BYTES),
        "is_for_other": answers.is_for_other,
        "consent": answers.consent,
        "consented": answers.consented,
        "registered_at": now,
    }
    registration, is_new = Registration.objects.get_or_create(idempotency_key=answers.idempotency_key, defaults=facts)
    if not is_new:
        return registration
    people = [_row(registration, place, person, answers) for place, person in enumerate(answers.people)]
    for row in RegisteredPerson.objects.bulk_create(people):
        audit.record(
            by=by,
            action="registration.filed",
            subject=registration,
            resident=row.number,
            changes={"people": len(people), "place": row.place},
        )
    return registration


def find_registration(token: str) -> Registration | None:
    """Returns the registration whose page of the code this is, or None."""
    return Registration.objects.filter(token=token).first()


@transaction.atomic
def open_registration(*, code: str, birth: Birth, by: Actor) -> list[RegisteredPerson]:
    """Returns the people whom the code opens with that date of birth, and logs that they were shown.

    The code of a registration opens all of its people to the first of them; that of an invitation opens the one invited,
    until it was used or cancelled.
    Raises NotOpenedError, the same for a wrong code and a wrong date of birth.
    """
    people = list(RegisteredPerson.objects.filter(registration__code=code).order_by("place"))
    if not people:
        invited = Appointment.objects.filter(code=code, state__in=OPENING, person__isnull=False).values("person")
        people = list(RegisteredPerson.objects.filter(pk__in=invited))
    if not people or people[0].birth != birth:
        raise NotOpenedError
    for person in people:
        audit.record(by=by, action="registration.opened", subject=person, resident=person.number)
    return people


@transaction.atomic
def withdraw(*, person: RegisteredPerson, now: datetime, by: Actor) -> RegisteredPerson:
    """Returns the person, no longer waiting; an appointment to come is declined. Twice is once. Raises ArrivedError."""
    held = _hold(person)
    if held.is_withdrawn:
        return held
    live = held.appointments.live().first()
    if live:
        if not live.is_expected:
            raise ArrivedError
        decline(by=by, appointment=live, now=now)
    return _set_withdrawn(held, now, by=by)


@transaction.atomic
def restore(*, person: RegisteredPerson, now: datetime, by: Actor) -> RegisteredPerson:
    """Returns the person, waiting again at their old place in the order. Raises TooLateError."""
    held = _hold(person)
    if not held.is_withdrawn:
        return held
    if now >= restorable_until(held):
        raise TooLateError
    return _set_withdrawn(held, None, by=by)


def restorable_until(person: RegisteredPerson) -> datetime:
    """Returns until when the person's withdrawal can be undone."""
    return person.withdrawn_at + timedelta(days=settings.REGISTRATION_RESTORE_DAYS)


def _set_withdrawn(held: RegisteredPerson, at: datetime | None, *, by: Actor) -> RegisteredPerson:
    held.withdrawn_at = at
    held.save(update_fields=["withdrawn_at"])
    audit.record(
        by=by,
        action="registration.withdrawn" if at else "registration.restored",
        subject=held,
        resident=held.number,
    )
    return held


def _hold(person: RegisteredPerson) -> RegisteredPerson:
    return RegisteredPerson.objects.select_for_update().get(pk=person.pk)


def _row(registration: Registration, place: int, person: Person, answers: Answers) -> RegisteredPerson:
    return RegisteredPerson(
        registration=registration,
        place=place,
        full_name=person.full_name,
        date_of_birth=person.birth.earliest,
        birth_precision=person.birth.precision,
        sex=person.sex,
        claimed_id=person.number or None,
        phone=person.phone,
        province=answers.province,
        ward=answers.ward,
        priority_group=person.priority_group,
        conditions=person.conditions,
        reach=answers.reach,
        preferred_facility=answers.preferred_facility,
        is_standby=person.is_standby,
    )


def _key_of(part: object) -> object:
    return getattr(part, "pk", part)
