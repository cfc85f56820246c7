"""Writes of visits: who came, who was given a dose, who was not and why.

Whoever answers a visit holds the row of the person (FOR NO KEY UPDATE), as the dose register does: of two desks that
answer one visit at the same moment, one does and the other is told what the first one recorded.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.holding import hold_person
from residents.models import Resident
from vaccinations.doses.services import Entry, record_dose
from vaccinations.models import Dose, Facility, Visit
from vaccinations.observation.services import begin_observation
from vaccinations.screening.services import Statement, clear_for_dose, judge, keep, latest_screening
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
    *, by: Actor, resident: Resident, facility: Facility, now: datetime, screening: Statement | None = None
) -> Visit:
    """Returns the person's open visit of today: theirs already, or a new one from now; with what was noted of them."""
    person, today = hold_person(resident.pk), timezone.localdate(now)
    visit = _open_visit(person, facility, today) or _open(
        by=by, person=person, facility=facility, on=today, arrived_at=now
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
    seen: str = "",
    arrived_at: datetime | None = None,
    screening: Statement | None = None,
    **facts: Any,
) -> Visit:
    """Returns the visit, answered by the dose that is recorded with it; the same form again returns the same visit.

    `seen` is Visit.state of the last visit that the page showed, `arrived_at` when the page was opened: the arrival of
    somebody whom nobody had registered before; without a `screening` none is kept. `facts` and errors are those of
    record_dose, the ScreeningErrors, and AnsweredMeanwhileError.
    """
    person = hold_person(resident.pk)
    if Dose.objects.of_person(person.pk).filter(idempotency_key=entry.key).exists():
        dose = record_dose(by=by, resident=person, entry=entry, now=now, **facts)
        return Visit.objects.get(resident=dose.resident_id, dose=dose)
    day = entry.administered_on
    _refuse_answered(person, entry.facility, day, seen)
    waiting = _open_visit(person, entry.facility, day)
    judged = judge(resident=person, statement=screening, on=day) if screening else None
    if judged:
        clear_for_dose(judged, earlier=latest_screening(waiting))
    dose = record_dose(by=by, resident=person, entry=entry, now=now, **facts)
    visit = waiting or _open(
        by=by, person=person, facility=entry.facility, on=day, arrived_at=_same_day(arrived_at, entry)
    )
    if judged:
        keep(by=by, visit=visit, judged=judged)
    if entry.administered_at and day == timezone.localdate(now):
        begin_observation(by=by, dose=dose, begun_at=entry.administered_at)
    return _close(by=by, visit=visit, now=now, outcome=Visit.Outcome.GIVEN, dose=dose)


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
    arrived_at: datetime | None = None,
    screening: Statement | None = None,
) -> Visit:
    """Returns the visit of today, answered: no dose was given, for a reason of Visit.NotGiven.

    The same answer again returns the visit answered so. Raises AnsweredMeanwhileError.
    """
    person, today = hold_person(resident.pk), timezone.localdate(now)
    latest = latest_visit(resident=person, facility=facility, on=today)
    if latest and (latest.not_given_reason, latest.not_given_text, latest.closed_by) == (reason, text, by.user):
        return latest
    _refuse_answered(person, facility, today, seen)
    visit = _open_visit(person, facility, today) or _open(
        by=by, person=person, facility=facility, on=today, arrived_at=arrived_at or now
    )
    _keep_noted(by=by, person=person, visit=visit, screening=screening)
    outcome = {"outcome": Visit.Outcome.NOT_GIVEN, "not_given_reason": reason, "not_given_text": text}
    return _close(by=by, visit=visit, now=now, **outcome)


@transaction.atomic
def reopen(*, by: Actor, visit: Visit, now: datetime) -> Visit:
    """Returns a new open visit in place of one that was answered "not given" today. Raises NotUndoableError."""
    person = hold_person(visit.resident_id)
    _undo(by=by, visit=visit, now=now, outcome=Visit.Outcome.NOT_GIVEN)
    waiting = _open_visit(person, visit.facility, visit.visited_on) or _open(
        by=by, person=person, facility=visit.facility, on=visit.visited_on, arrived_at=visit.arrived_at
    )
    audit.record(by=by, action="visit.reopened", subject=waiting, resident=person.pk, changes={"visit": visit.pk})
    return waiting


@transaction.atomic
def cancel(*, by: Actor, visit: Visit, now: datetime) -> Visit:
    """Returns the visit, undone: the person had not come, or left without being seen. Raises NotUndoableError."""
    hold_person(visit.resident_id)
    _undo(by=by, visit=visit, now=now, outcome=Visit.Outcome.WAITING)
    audit.record(by=by, action="visit.cancelled", subject=visit, resident=visit.resident_id)
    return visit


def _refuse_answered(person: Resident, facility: Facility, on: date, seen: str) -> None:
    visit = latest_visit(resident=person, facility=facility, on=on)
    if visit and not visit.is_waiting and visit.state != seen:
        raise AnsweredMeanwhileError(visit)


def _open_visit(person: Resident, facility: Facility, on: date) -> Visit | None:
    return Visit.objects.of_person(person.pk).at(facility, on).waiting().first()


def _open(*, by: Actor, person: Resident, facility: Facility, on: date, arrived_at: datetime | None) -> Visit:
    visit = Visit.objects.create(
        resident=person, facility=facility, visited_on=on, arrived_at=arrived_at, opened_by=by.user
    )
    audit.record(by=by, action="visit.opened", subject=visit, resident=person.pk, changes={"facility": facility.code})
    return visit


def _keep_noted(*, by: Actor, person: Resident, visit: Visit, screening: Statement | None) -> None:
    """Keeps the screening of whom no dose is given now, if anything was noted."""
    if screening and not screening.is_silent:
        keep(by=by, visit=visit, judged=judge(resident=person, statement=screening, on=visit.visited_on))


def _close(*, by: Actor, visit: Visit, now: datetime, outcome: str, dose: Dose | None = None, **reason: str) -> Visit:
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
    return visit


def _undo(*, by: Actor, visit: Visit, now: datetime, outcome: str) -> None:
    today = {"visited_on": timezone.localdate(now), "outcome": outcome, "undone_at": None}
    rows = Visit.objects.filter(resident=visit.resident_id, pk=visit.pk, **today)
    if not rows.update(undone_at=now, undone_by=by.user):
        raise NotUndoableError
    visit.undone_at = now


def _same_day(arrived_at: datetime | None, entry: Entry) -> datetime | None:
    """When the person came, as far as that is known: a dose typed from paper tells nothing of it."""
    return arrived_at if arrived_at and timezone.localdate(arrived_at) == entry.administered_on else None
