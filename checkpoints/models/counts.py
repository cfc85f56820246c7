"""Finished days in numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from checkpoints.models.passages import Passage
from checkpoints.models.places import Checkpoint
from residents.models import Unit


class CheckpointHour(models.Model):
    """A finished hour of a checkpoint: how many passages of each outcome, and how long they took.

    The row with an empty outcome is the whole hour: its median cannot be made of those of the outcomes.
    """

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="hours", db_index=False
    )
    hour = models.DateTimeField(_("hour"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Passage.Outcome, blank=True, default="")
    passages = models.PositiveIntegerField(_("passages"))
    median_seconds = models.FloatField(_("median seconds from scan to decision"), null=True)

    class Meta:
        verbose_name = _("hour of a checkpoint")
        verbose_name_plural = _("hours of checkpoints")
        constraints = [models.UniqueConstraint(fields=["checkpoint", "hour", "outcome"], name="checkpointhour_once")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.hour:%Y-%m-%d %H}"


class ClosedDay(models.Model):
    """A day whose passages are counted in CheckpointHour and MovementCount: without this row, no count is no zero."""

    day = models.DateField(_("day"), primary_key=True)
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")

    def __str__(self) -> str:
        return str(self.day)


class MovementCount(models.Model):
    """How many people one day went from here to there through a checkpoint, by outcome and by the origin's level then."""

    day = models.DateField(_("day"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("origin"), related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("destination"), related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Passage.Outcome)
    origin_level = models.PositiveSmallIntegerField(_("risk level of the origin"), null=True)
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("movement count")
        verbose_name_plural = _("movement counts")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "checkpoint", "origin", "destination", "outcome", "origin_level"],
                name="movementcount_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.people}"


class ProvinceMovement(models.Model):
    """The same people by province, without levels: what leaves the area is made of these cells, and matrices read them.

    Some tens of times fewer rows than MovementCount (docs/query-plans.md).
    """

    day = models.DateField(_("day"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("origin"), related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("destination"), related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Passage.Outcome)
    people = models.PositiveIntegerField(_("people"))

    class Meta:
        verbose_name = _("movement between provinces")
        verbose_name_plural = _("movements between provinces")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "checkpoint", "origin", "destination", "outcome"],
                name="provincemovement_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.people}"
