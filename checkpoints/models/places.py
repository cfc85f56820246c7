"""Checkpoints, and who works there when."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from checkpoints.querysets import CheckpointQuerySet, ShiftQuerySet
from residents.models import Unit
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.language import named
from vaxreg.models import User


class Checkpoint(models.Model):
    """A post on the edge of an epidemic zone."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("administrative unit"), related_name="+")
    is_active = models.BooleanField(_("in use"), default=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["name"]

    def __str__(self) -> str:
        return named(self)


class CheckpointAssignment(Dated):
    """An officer or lead works at this checkpoint."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="checkpoint_assignments")
    checkpoint = models.ForeignKey(Checkpoint, models.CASCADE, verbose_name=_("checkpoint"), related_name="assignments")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("checkpoint assignment")
        verbose_name_plural = _("checkpoint assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "checkpoint", "in_force_from"],
                name="checkpointassignment_once_a_period",
                nulls_distinct=False,
            ),
            dates_in_order("checkpointassignment_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.checkpoint}"


class Shift(models.Model):
    """One officer's time at one checkpoint."""

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="shifts", db_index=False
    )
    officer = models.ForeignKey(User, models.PROTECT, verbose_name=_("officer"), related_name="+")
    started_at = models.DateTimeField(_("started at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    handover_note = models.CharField(_("hand-over note"), max_length=1000, blank=True, default="")

    objects = ShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.UniqueConstraint(fields=["officer"], name="shift_one_open", condition=Q(ended_at=None)),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="shift_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["checkpoint", "-started_at"], name="shift_by_checkpoint")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.started_at:%Y-%m-%d %H:%M}"


class QuickMode(models.Model):
    """A time when a checkpoint recorded everybody by scan alone, and why."""

    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="quick_modes", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=250)
    started_at = models.DateTimeField(_("started at"))
    started_by = models.ForeignKey(User, models.PROTECT, verbose_name=_("started by"), related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("ended by"), related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("quick mode")
        verbose_name_plural = _("quick modes")
        constraints = [
            models.UniqueConstraint(fields=["checkpoint"], name="quickmode_one_open", condition=Q(ended_at=None)),
            models.CheckConstraint(condition=~Q(reason=""), name="quickmode_reason"),
        ]
        indexes = [models.Index(fields=["checkpoint", "-started_at"], name="quickmode_by_checkpoint")]

    def __str__(self) -> str:
        return f"{self.checkpoint} {self.started_at:%Y-%m-%d %H:%M}"
