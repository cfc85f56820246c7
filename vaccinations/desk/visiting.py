"""Writes of visits: who came, who was given a dose, who was not and why.

Whoever answers a visit holds the row of the person (FOR NO KEY UPDATE), as the dose register does: of two desks that
answer one visit at the same moment, one does and the other is told what the first one recorded. A visit of today goes with
the person's place at a session, which is taken first: the session's row is held before the person's.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.holding import hold_person
from residents.models import Resident
from vaccinations.desk.places import HERE, UNSAID, Arrival, take_place
from vaccinations.doses.services import Entry, Reason, record_dose
from vaccinations.models import Appointment, ClinicSession, Dose, Facility, Visit
from vaccinations.observation.services import begin_observation
from vaccinations.screening.services import Statement, clear_for_dose, judge, keep, latest_screening
from vaccinations.sessions import arriving
from vaccinations.sessions.coming import sessions_of
from vaccinations.sessions.errors import NotExpectedError
from vaxreg import audit
from vaxreg.actors import Actor


class VisitError(Exception):
    """A rule of the visits refuses; `message` tells the user what to do."""

    message = ""


class AnsweredMeanwhileError(VisitError):
    """Somebody answered the visit after the page was opened: `visit`."""

    message = _("Somebody else has answered this visit meanwhile. Nothing more was recorded.")

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit = visit


class NotUndoableError(VisitError):
    """The visit is of another day, or was undone or answered otherwise before."""

    message = _("This can no longer be undone. Look the person up again.")


def latest_visit(*, resident: Resident, facility: Facility, on: date) -> Visit | None:
    """Returns the last visit of the person to the facility on that day, with what a page says of it. One query."""
    visits = Visit.objects.of_person(resident.pk).at(facility, on)
    return visits.select_related("dose__vaccine", "dose__lot", "closed_by", "facility").first()


@transaction.atomic
def arrive(
    *,
    by: Actor,
    resident: Resident,
    facility: Facility,
    now: datetime,
    screening: Statement | None = None,
    arrival: Arrival = HERE,
) -> Visit:
    """Returns the person's open visit of today: theirs already, or a new one from now; with what was noted of them.

    Raises the SessionErrors of take_place.
    """
    place = take_place(by=by, resident=resident, facility=facility, now=now, arrival=arrival)
    person = hold_person(resident.pk)
    today = timezone.localdate(now)
    visit = _open_visit(person, facility, today) or _open(
        by=by, person=person, facility=facility, on=today, arrived_at=now, place=place
    )
    _keep_noted(by=by, person=person, visit=visit, screening=screening)
    return visit


@transaction.atomic
def give(
    *,
    by: Actor,
    resident: Resident,
    entry: Entry,
    now: datetime,
    reason: Reason = UNSAID,
    seen: str = "",
    screening: Statement | None = None,
    arrival: Arrival = HERE,
    **facts: Any,
) -> Visit:
    """Returns the visit, answered by the dose that is recorded with it; the same form again returns the same visit.

    `seen` is Visit.state of the last visit that the page showed, `arrival` how somebody comes whose arrival nobody had
    noted before; without a `screening` none is kept. `facts` and errors are those of record_dose, the ScreeningErrors, the
    SessionErrors of take_place, and AnsweredMeanwhileError.
    """
    day, facility = entry.administered_on, entry.facility
    is_today = day == timezone.localdate(now)
    place = take_place(by=by, resident=resident, facility=facility, now=now, arrival=arrival) if is_today else None
    person = hold_person(resident.pk)
    if Dose.objects.of_person(person.pk).filter(idempotency_key=entry.key).exists():
        dose = record_dose(by=by, resident=person, entry=entry, now=now, **facts)
        return Visit.objects.get(resident=dose.resident_id, dose=dose)
    _refuse_answered(person, facility, day, seen)
    waiting = _open_visit(person, facility, day)
    judged = judge(resident=person, statement=screening, on=day) if screening else None
    if judged:
        clear_for_dose(judged, earlier=latest_screening(waiting))
    entry = replace(entry, sessions=_belongs_to(place, arrival, now) if is_today else ())
    dose = record_dose(by=by, resident=person, entry=entry, now=now, reason=reason, **facts)
    came = arrival.came_on(day)
    visit = waiting or _open(by=by, person=person, facility=facility, on=day, arrived_at=came, place=place)
    if judged:
        keep(by=by, visit=visit, judged=judged)
    if entry.administered_at and is_today:
        begin_observation(by=by, dose=dose, begun_at=entry.administered_at)
    return _close(by=by, visit=visit, now=now, place=place, outcome=Visit.Outcome.GIVEN, dose=dose)


@transaction.atomic
def decline(
    *,
    by: Actor,
    resident: Resident,
    facility: Facility,
    now: datetime,
    reason: str,
    text: str = "",
    seen: str = "",
    screening: Statement | None = None,
    arrival: Arrival = HERE,
) -> Visit:
    """Returns the visit of today, answered: no dose was given, for a reason of Visit.NotGiven.

    The same answer again returns the visit answered so. Who has no appointment takes no place for this.
    Raises AnsweredMeanwhileError.
    """
    sent_home = replace(arrival, may_walk_in=False)
    place = take_place(by=by, resident=resident, facility=facility, now=now, arrival=sent_home)
    person, today = hold_person(resident.pk), timezone.localdate(now)
    latest = latest_visit(resident=person, facility=facility, on=today)
    if latest and (latest.not_given_reason, latest.not_given_text, latest.closed_by) == (reason, text, by.user):
        return latest
    _refuse_answered(person, facility, today, seen)
    came = arrival.came_on(today) or now
    visit = _open_visit(person, facility, today) or _open(
        by=by, person=person, facility=facility, on=today, arrived_at=came, place=place
    )
    _keep_noted(by=by, person=person, visit=visit, screening=screening)
    outcome = {"outcome": Visit.Outcome.NOT_GIVEN, "not_given_reason": reason, "not_given_text": text}
    return _close(by=by, visit=visit, now=now, place=place, **outcome)


@transaction.atomic
def reopen(*, by: Actor, visit: Visit, now: datetime) -> Visit:
    """Returns a new open visit in place of one that was answered "not given" today. Raises NotUndoableError."""
    person = hold_person(visit.resident_id)
    _undo(by=by, visit=visit, now=now, outcome=Visit.Outcome.NOT_GIVEN)
    place = arriving.resume(by=by, appointment=visit.appointment) if visit.appointment else None
    waiting = _open_visit(person, visit.facility, visit.visited_on) or _open(
        by=by, person=person, facility=visit.facility, on=visit.visited_on, arrived_at=visit.arrived_at, place=place
    )
    audit.record(by=by, action="visit.reopened", subject=waiting, resident=person.pk, changes={"visit": visit.pk})
    return waiting


@transaction.atomic
def cancel(*, by: Actor, visit: Visit, now: datetime) -> Visit:
    """Returns the visit, undone: the person had not come, or left without being seen; their place is as before.

    Raises NotUndoableError.
    """
    place = visit.appointment
    if place and place.state == Appointment.State.ARRIVED:
        with suppress(NotExpectedError):
            arriving.undo_arrival(by=by, appointment=place, now=now)
    hold_person(visit.resident_id)
    _undo(by=by, visit=visit, now=now, outcome=Visit.Outcome.WAITING)
    audit.record(by=by, action="visit.cancelled", subject=visit, resident=visit.resident_id)
    return visit


def _belongs_to(place: Appointment | None, arrival: Arrival, now: datetime) -> Sequence[ClinicSession]:
    return sessions_of(place, sessions=arrival.sessions or (), now=now, preferred=arrival.session)


def _refuse_answered(person: Resident, facility: Facility, on: date, seen: str) -> None:
    visit = latest_visit(resident=person, facility=facility, on=on)
    if visit and not visit.is_waiting and visit.state != seen:
        raise AnsweredMeanwhileError(visit)


def _open_visit(person: Resident, facility: Facility, on: date) -> Visit | None:
    return Visit.objects.of_person(person.pk).at(facility, on).waiting().first()


def _open(
    *,
    by: Actor,
    person: Resident,
    facility: Facility,
    on: date,
    arrived_at: datetime | None,
    place: Appointment | None,
) -> Visit:
    """A new visit, with the place at a session that it goes with: it began when they came to that."""
    came = place.arrived_at if place and place.session.held_on == on else None
    facts = {"arrived_at": min(filter(None, (came, arrived_at)), default=None), "appointment": place}
    visit = Visit.objects.create(resident=person, facility=facility, visited_on=on, opened_by=by.user, **facts)
    changes = {"facility": facility.code, "appointment": place and place.pk}
    audit.record(by=by, action="visit.opened", subject=visit, resident=person.pk, changes=changes)
    return visit


def _keep_noted(*, by: Actor, person: Resident, visit: Visit, screening: Statement | None) -> None:
    """Keeps the screening of whom no dose is given now, if anything was noted."""
    if screening and not screening.is_silent:
        keep(by=by, visit=visit, judged=judge(resident=person, statement=screening, on=visit.visited_on))


def _close(
    *,
    by: Actor,
    visit: Visit,
    now: datetime,
    place: Appointment | None,
    outcome: str,
    dose: Dose | None = None,
    **reason: str,
) -> Visit:
    facts = {"outcome": outcome, "dose": dose, "closed_at": now, "closed_by": by.user, **reason}
    Visit.objects.filter(resident=visit.resident_id, pk=visit.pk, outcome=Visit.Outcome.WAITING).update(**facts)
    for name, value in facts.items():
        setattr(visit, name, value)
    audit.record(
        by=by,
        action="visit.answered",
        subject=visit,
        resident=visit.resident_id,
        changes={"outcome": outcome, "dose": dose.pk if dose else None, **reason},
    )
    # Somebody may have waited here before they were invited.
    if place:
        arriving.finish(by=by, appointment=place, now=now)
    return visit


def _undo(*, by: Actor, visit: Visit, now: datetime, outcome: str) -> None:
    today = {"visited_on": timezone.localdate(now), "outcome": outcome, "undone_at": None}
    rows = Visit.objects.filter(resident=visit.resident_id, pk=visit.pk, **today)
    if not rows.update(undone_at=now, undone_by=by.user):
        raise NotUndoableError
    visit.undone_at = now
