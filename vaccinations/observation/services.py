"""Writes of the observation after a dose: who sits, and who was released when and by whom."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vaccinations.models import Dose, Observation
from vaccinations.observation.rules import ends_at, is_early
from vaxreg import audit
from vaxreg.actors import Actor


class ObservationError(Exception):
    """A rule of the observation refuses; `message` tells the user what to do."""

    message = ""


class AlreadyReleasedError(ObservationError):
    """Somebody released the person before: `observation` says who and when."""

    message = _("This person was released before.")

    def __init__(self, observation: Observation) -> None:
        super().__init__()
        self.observation = observation


class EarlyError(ObservationError):
    """The time is not over: leaving now needs a reason."""

    message = _("The 30 minutes are not over. Say why the person leaves now.")


@transaction.atomic
def begin_observation(*, by: Actor, dose: Dose, begun_at: datetime) -> Observation:
    """Returns the observation of the person who was given the dose then: theirs already, or a new one."""
    observation, is_new = Observation.objects.get_or_create(
        resident=dose.resident,
        dose=dose,
        defaults={"facility": dose.facility, "begun_at": begun_at, "ends_at": ends_at(begun_at)},
    )
    if is_new:
        audit.record(by=by, action="observation.begun", subject=observation, resident=dose.resident_id)
    return observation


@transaction.atomic
def release(*, by: Actor, observation: Observation, now: datetime, reason: str = "") -> Observation:
    """Returns the observation, ended now; before its time only for a reason. Raises EarlyError, AlreadyReleasedError."""
    early = is_early(now, observation.ends_at)
    if early and not reason:
        raise EarlyError
    facts = {"released_at": now, "released_by": by.user, "early_reason": reason if early else ""}
    rows = Observation.objects.filter(resident=observation.resident_id, pk=observation.pk, released_at=None)
    if not rows.update(**facts):
        raise AlreadyReleasedError(Observation.objects.select_related("released_by").get(pk=observation.pk))
    for name, value in facts.items():
        setattr(observation, name, value)
    audit.record(
        by=by,
        action="observation.ended",
        subject=observation,
        resident=observation.resident_id,
        changes={"early_reason": facts["early_reason"]},
    )
    return observation
