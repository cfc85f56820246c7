"""Writes of whoever plans sessions: made, changed and cancelled; people whose place ends by that are told by list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vaccinations.models import Appointment, ClinicSession, Facility, Vaccine
from vaccinations.sessions.errors import SessionError
from vaxreg import audit
from vaxreg.actors import Actor

# What nobody can change any more once somebody is invited: it is what they were invited to.
FIXED = ("held_on", "vaccines")
PLAIN = ("held_on", "opens_at", "closes_at", "capacity_per_hour", "kind", "note")


class FixedError(SessionError):
    """Somebody is invited: day and vaccines stay, and places only grow."""

    message = _(
        "People are invited already: day and vaccines stay as they are, and places can only be added. "
        "To change them, cancel the session and make another one."
    )


class AffectedError(SessionError):
    """People are invited for hours that the session would no longer have: `appointments`."""

    message = _("These people lose their place. Look at the list, then confirm.")

    def __init__(self, appointments: Sequence[Appointment]) -> None:
        super().__init__()
        self.appointments = appointments


class CancelledError(SessionError):
    """The session was cancelled before."""

    message = _("This session was cancelled.")


class ArrivedError(SessionError):
    """People have arrived: they are seen first."""

    message = _("People have arrived at this session. See them first, or undo their arrival.")


@dataclass(frozen=True)
class Plan:
    """What a session is to be."""

    held_on: date
    opens_at: time
    closes_at: time
    vaccines: Collection[Vaccine]
    capacity_per_hour: int
    kind: str
    note: str = ""

    @property
    def columns(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in PLAIN}


@transaction.atomic
def make_session(*, by: Actor, facility: Facility, plan: Plan, key: UUID) -> ClinicSession:
    """Returns the new session; the same one when the same form is sent again."""
    facts = {**plan.columns, "facility": facility, "created_by": by.user}
    session, is_new = ClinicSession.objects.get_or_create(idempotency_key=key, defaults=facts)
    if is_new:
        session.vaccines.set(plan.vaccines)
        audit.record(by=by, action="clinicsession.made", subject=session, changes=_described(plan))
    return session


@transaction.atomic
def change_session(
    *, by: Actor, session: ClinicSession, plan: Plan, now: datetime, reason: str = "", seen: Collection[int] = ()
) -> ClinicSession:
    """Returns the session as planned anew. Where people are invited, hours change for a reason only.

    `seen` are the appointments (keys) that whoever changes the hours has seen to end by that; they are cancelled, and
    their people come first at the next filling. Raises FixedError, AffectedError, ArrivedError, CancelledError.
    """
    held = _hold(session)
    before = _plan_of(held)
    if held.appointments.exists():
        _refuse_fixed(before, plan)
        _end_outside(by, held, plan, now, reason, seen)
    changed = {name: [was, now_is] for name, was, now_is in _differences(before, plan)}
    if not changed:
        return held
    for name, value in plan.columns.items():
        setattr(held, name, value)
    held.save()
    held.vaccines.set(plan.vaccines)
    changes = changed | ({"reason": reason} if reason else {})
    audit.record(by=by, action="clinicsession.edited", subject=held, changes=changes)
    return held


@transaction.atomic
def cancel_session(*, by: Actor, session: ClinicSession, reason: str, now: datetime) -> list[Appointment]:
    """Returns the appointments that ended by the cancelling, to be invited anew. Raises CancelledError, ArrivedError."""
    held = _hold(session)
    live = list(held.appointments.live().select_for_update(of=("self",)).with_people())
    if any(row.state == Appointment.State.ARRIVED for row in live):
        raise ArrivedError
    _end(by, live, now, reason)
    held.cancelled_at, held.cancelled_by, held.cancel_reason = now, by.user, reason
    held.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    changes = {"reason": reason, "people": len(live)}
    audit.record(by=by, action="clinicsession.cancelled", subject=held, changes=changes)
    return live


def losing_their_place(session: ClinicSession, opens_at: time, closes_at: time) -> list[Appointment]:
    """Returns the appointments to come for hours that the session would not have."""
    kept = ClinicSession(opens_at=opens_at, closes_at=closes_at).hours
    return list(session.appointments.live().exclude(starts_at__in=kept).with_people())


def _hold(session: ClinicSession) -> ClinicSession:
    held = ClinicSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if held.is_cancelled:
        raise CancelledError
    return held


def _plan_of(session: ClinicSession) -> Plan:
    columns = {name: getattr(session, name) for name in PLAIN}
    return Plan(**columns, vaccines=list(session.vaccines.all()))


def _refuse_fixed(before: Plan, plan: Plan) -> None:
    is_other_day = before.held_on != plan.held_on
    if is_other_day or set(before.vaccines) != set(plan.vaccines) or plan.capacity_per_hour < before.capacity_per_hour:
        raise FixedError


def _end_outside(by: Actor, held: ClinicSession, plan: Plan, now: datetime, reason: str, seen: Collection[int]) -> None:
    losing = losing_their_place(held, plan.opens_at, plan.closes_at)
    if any(row.state == Appointment.State.ARRIVED for row in losing):
        raise ArrivedError
    if losing and not (reason and {row.pk for row in losing} <= set(seen)):
        raise AffectedError(losing)
    _end(by, losing, now, reason)


def _end(by: Actor, appointments: Sequence[Appointment], now: datetime, reason: str) -> None:
    for row in appointments:
        row.state, row.ended_at, row.end_reason = Appointment.State.CANCELLED, now, reason
        row.save(update_fields=["state", "ended_at", "end_reason"])
        audit.record(by=by, action="appointment.cancelled", subject=row, resident=row.number)


def _differences(before: Plan, plan: Plan) -> list[tuple[str, object, object]]:
    told, telling = _described(before), _described(plan)
    return [(name, told[name], telling[name]) for name in telling if told[name] != telling[name]]


def _described(plan: Plan) -> dict[str, object]:
    return {**plan.columns, "vaccines": sorted(vaccine.code for vaccine in plan.vaccines)}
