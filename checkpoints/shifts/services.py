"""Shifts at a checkpoint, how quick its queue moves, and quick mode."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Checkpoint, Passage, QuickMode, Shift
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role

METER_MINUTES = 15
NOTE_HOURS = 24


class ShiftError(Exception):
    """The shift cannot begin, or quick mode not be switched on; `message` says why."""

    @property
    def message(self) -> str:
        return self.args[0]


@dataclass(frozen=True)
class Meter:
    """How quick the queue moves: passages a minute over the last 15, and the median time a person takes."""

    passages_a_minute: float
    median_seconds: float | None

    @property
    def is_above_limit(self) -> bool:
        return self.passages_a_minute >= settings.QUICK_MODE_PASSAGES_A_MINUTE


@dataclass(frozen=True)
class OnDuty:
    """What the officer's page says of the shift: the own one, and the last note left at this checkpoint."""

    shift: Shift | None
    note: Shift | None


def read_meter(checkpoint: Checkpoint, at: datetime) -> Meter:
    """Returns the queue's pace at the checkpoint, from its own passages. One query."""
    return Meter(**Passage.objects.pace(checkpoint, at - timedelta(minutes=METER_MINUTES), METER_MINUTES))


def read_shift(shift: Shift | None) -> dict[str, float | None]:
    """Returns what the officer has done in the shift: `passages`, and the `median_seconds` of a decision. One query."""
    if shift is None:
        return {}
    return Passage.objects.filter(officer=shift.officer_id).work(shift.checkpoint, shift.started_at)


def on_duty(user: User, checkpoint: Checkpoint, at: datetime) -> OnDuty:
    """Returns the officer's open shift, and the newest hand-over note of another. One query."""
    since = at - timedelta(hours=NOTE_HOURS)
    shifts = Shift.objects.relevant(user, checkpoint, since)
    own = next((shift for shift in shifts if shift.officer_id == user.pk and shift.ended_at is None), None)
    notes = [
        shift for shift in shifts if shift.ended_at and shift.handover_note and shift.checkpoint_id == checkpoint.pk
    ]
    return OnDuty(own, max(notes, key=lambda shift: shift.ended_at, default=None))


@transaction.atomic
def start_shift(*, checkpoint: Checkpoint, at: datetime, by: Actor) -> Shift:
    """Returns the officer's open shift there, begun now unless it was before. Raises ShiftError while one is open elsewhere."""
    shift, is_new = Shift.objects.get_or_create(
        officer=by.user, ended_at=None, defaults={"checkpoint": checkpoint, "started_at": at}
    )
    if shift.checkpoint_id != checkpoint.pk:
        raise ShiftError(
            _("Your shift at %(checkpoint)s is still open. End it first.") % {"checkpoint": shift.checkpoint}
        )
    if is_new:
        audit.record(by=by, action="shift.started", subject=shift)
    return shift


@transaction.atomic
def end_shift(*, note: str, at: datetime, by: Actor) -> Shift | None:
    """Returns the officer's shift, ended now with a note for the next one; None where none was open."""
    shift = Shift.objects.select_for_update().filter(officer=by.user, ended_at=None).first()
    if shift is None:
        return None
    shift.ended_at, shift.handover_note = at, note
    shift.save(update_fields=["ended_at", "handover_note"])
    audit.record(by=by, action="shift.ended", subject=shift)
    return shift


@transaction.atomic
def start_quick_mode(*, checkpoint: Checkpoint, reason: str, at: datetime, by: Actor) -> QuickMode:
    """Returns the checkpoint's quick mode, begun now unless it was on. Raises ShiftError while the queue is below the limit."""
    _lead_only(by)
    if not read_meter(checkpoint, at).is_above_limit:
        raise ShiftError(_("The queue is below the limit for quick mode."))
    mode, is_new = QuickMode.objects.get_or_create(
        checkpoint=checkpoint, ended_at=None, defaults={"reason": reason, "started_at": at, "started_by": by.user}
    )
    if is_new:
        audit.record(by=by, action="quick-mode.started", subject=mode, changes={"reason": reason})
    return mode


@transaction.atomic
def end_quick_mode(*, checkpoint: Checkpoint, at: datetime, by: Actor) -> QuickMode | None:
    """Returns the quick mode that was on, ended now; None where none was."""
    _lead_only(by)
    mode = QuickMode.objects.select_for_update().filter(checkpoint=checkpoint, ended_at=None).first()
    if mode is None:
        return None
    mode.ended_at, mode.ended_by = at, by.user
    mode.save(update_fields=["ended_at", "ended_by"])
    audit.record(by=by, action="quick-mode.ended", subject=mode)
    return mode


@transaction.atomic
def read_follow_up(*, checkpoint: Checkpoint, at: datetime, by: Actor) -> list[Passage]:
    """Returns whom quick mode let pass against a STOP in the last day, and logs that they were shown."""
    found = list(Passage.objects.at(checkpoint).with_names().to_follow_up(at - timedelta(hours=NOTE_HOURS)))
    if found:
        shown = {"shown": [passage.resident for passage in found]}
        audit.record(by=by, action="quick-mode.follow-up", subject=checkpoint, changes=shown)
    return found


def _lead_only(by: Actor) -> None:
    if by.user is None or not by.user.has_role({Role.CHECKPOINT_LEAD}):
        raise PermissionDenied
