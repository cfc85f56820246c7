"""People invited to a session, in the order that the rule lays down, while there are places."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import repeat
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from residents.models import Resident
from vaccinations.models import Appointment, ClinicSession, DueDose, RegisteredPerson
from vaccinations.registration.querysets import RegisteredPersonQuerySet
from vaccinations.sessions.candidates import Criteria, candidates, in_order
from vaccinations.sessions.codes import free_codes
from vaccinations.sessions.errors import NotOpenError
from vaccinations.sessions.first_doses import first_doses
from vaccinations.sessions.places import hours_of
from vaxreg import audit
from vaxreg.actors import Actor

ROUNDS = 5


@dataclass(frozen=True)
class Chosen:
    """Somebody to invite: who it is in the registry, where that is sure, and what is due, where that is known."""

    person: RegisteredPerson
    resident: Resident | None = None
    due: DueDose | None = None


@transaction.atomic
def fill_session(
    *, by: Actor, session: ClinicSession, criteria: Criteria, count: int, key: UUID, now: datetime
) -> list[Appointment]:
    """Returns the invitations made, `count` of them at most, one a person; the same form again returns the same ones.

    Fewer where fewer match or fewer places are left. Raises NotOpenError for a session that takes nobody further.
    """
    session = ClinicSession.objects.select_for_update(no_key=True).select_related("facility__unit").get(pk=session.pk)
    made_before = list(Appointment.objects.filter(batch=key, session=session))
    if made_before:
        return made_before
    if session.is_cancelled or session.is_closed or session.ends <= now:
        raise NotOpenError
    places = list(free_places(session, now))
    matching = candidates(session, criteria, first_doses(session.vaccines.all(), session.held_on))
    chosen = _families_together(_choose(in_order(matching, criteria.order), min(count, len(places))))
    made = _invite(by, session, zip(chosen, places, strict=False), key, now)
    _log(by, session, made, criteria)
    return made


def free_places(session: ClinicSession, now: datetime) -> Iterator[time]:
    """Returns the hour of each place that is left, the earliest first; of today's session only hours to come."""
    is_today = session.held_on == timezone.localdate(now)
    for hour in hours_of(session):
        if not is_today or hour.starts_at > timezone.localtime(now).time():
            yield from repeat(hour.starts_at, hour.free)


def invite_one(
    *, by: Actor, session: ClinicSession, person: RegisteredPerson, starts_at: time, origin: str, now: datetime
) -> Appointment | None:
    """Returns the place given to one person who was waiting; None where somebody else was quicker.

    Belongs in the transaction of a caller who holds the session's row and has found the hour to have a place.
    """
    waiting = RegisteredPerson.objects.waiting().alias_number_now().filter(pk=person.pk).order_by("pk")
    for chosen in _choose(waiting, 1):
        [made] = _invite(by, session, [(chosen, starts_at)], None, now, origin=origin)
        return made
    return None


def _choose(people: RegisteredPersonQuerySet, count: int) -> list[Chosen]:
    """The first `count` people whom nobody else is inviting at this moment, each once, whatever they registered twice."""
    chosen: list[Chosen] = []
    seen: set[int] = set()
    for _round in range(ROUNDS):
        missing = count - len(chosen)
        # Locked first, looked at afterwards: what somebody else has just committed is seen by the second statement only.
        rows = people.exclude(pk__in=seen).annotate(leads_to=F("number_now"))[:missing]
        found = list(rows.select_for_update(of=("self",), skip_locked=True)) if missing else []
        if not found:
            break
        seen |= {person.pk for person in found}
        chosen += _identified(found, {one.resident.pk for one in chosen if one.resident})
    return chosen


def _identified(people: Sequence[RegisteredPerson], taken: set[str]) -> list[Chosen]:
    """Those of them who have no appointment, with whom the registry surely knows them as."""
    numbers = {person.leads_to for person in people if person.leads_to}
    holders = Resident.objects.filter(pk__in=numbers).order_by("pk").select_for_update(no_key=True, skip_locked=True)
    residents = holders.in_bulk()
    live = Appointment.objects.live()
    busy = set(live.filter(person__in=people).values_list("person", flat=True))
    taken = taken | set(live.filter(resident__in=numbers).values_list("resident", flat=True))
    dues = {row.resident: row for row in DueDose.objects.filter(resident__in=numbers)}
    chosen = []
    for person in people:
        number = person.leads_to
        # Of somebody whom another desk holds at this moment nothing can be said.
        if person.pk in busy or (number and (number in taken or number not in residents)):
            continue
        chosen.append(Chosen(person, residents.get(number), dues.get(number)))
        taken |= {number} - {None}
    return chosen


def _families_together(chosen: Iterable[Chosen]) -> list[Chosen]:
    """In their order, but people of one registration after the first of them: they come together."""
    families: dict[int, list[Chosen]] = {}
    for one in chosen:
        families.setdefault(one.person.registration_id, []).append(one)
    return [one for family in families.values() for one in family]


def _invite(
    by: Actor,
    session: ClinicSession,
    placed: Iterable[tuple[Chosen, time]],
    key: UUID | None,
    now: datetime,
    *,
    origin: str = Appointment.Origin.INVITATION,
) -> list[Appointment]:
    placed = list(placed)
    codes = free_codes(len(placed))
    made = Appointment.objects.bulk_create(
        Appointment(
            session=session,
            starts_at=starts_at,
            person=one.person,
            resident=one.resident,
            origin=origin,
            code=code,
            dose_number=one.due.dose_number if one.due else 1,
            due_on=one.due.recommended_on if one.due else None,
            batch=key,
            made_at=now,
            made_by=by.user,
        )
        for (one, starts_at), code in zip(placed, codes, strict=True)
    )
    linked = [one.person for one, _at in placed if one.resident and one.person.resident_id != one.resident.pk]
    residents = {one.person.pk: one.resident for one, _at in placed}
    for person in linked:
        person.resident = residents[person.pk]
    RegisteredPerson.objects.bulk_update(linked, ["resident"])
    return made


def _log(by: Actor, session: ClinicSession, made: list[Appointment], criteria: Criteria) -> None:
    changes = {**criteria.as_changes, "count": len(made)}
    audit.record(by=by, action="clinicsession.filled", subject=session, changes=changes)
    numbers = [row.number for row in made if row.number]
    audit.record_each(by=by, action="appointment.invited", subject=session, residents=numbers)
