"""What officers decided."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Verdict
from checkpoints.models.declarations import Declaration
from checkpoints.models.places import Checkpoint
from checkpoints.querysets import PassageQuerySet
from residents.citizen_id import NUMBER_PATTERN
from residents.fields import CitizenIdField
from residents.models import Unit
from vaxreg.models import User


class Passage(models.Model):
    """What an officer decided for one person at one checkpoint. Append-only, in the database too (migration 0001)."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("let pass")
        TURNED_BACK = "turned-back", _("turned back")
        SENT_TO_TEST = "testing", _("sent for testing")
        SENT_TO_QUARANTINE = "quarantine", _("sent to quarantine")
        CANCELLED = "cancelled", _("cancelled")

    resident = CitizenIdField(_("number"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, verbose_name=_("checkpoint"), related_name="+", db_index=False
    )
    declaration = models.ForeignKey(
        Declaration,
        models.PROTECT,
        null=True,
        verbose_name=_("declaration"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    officer = models.ForeignKey(User, models.PROTECT, verbose_name=_("officer"), related_name="+", db_index=False)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    reason = models.CharField(_("reason"), max_length=250, blank=True, default="")
    verdict = models.CharField(_("verdict"), max_length=5, choices=Verdict)
    verdict_reasons = ArrayField(
        models.CharField(max_length=40), verbose_name=_("reasons of the verdict"), default=list
    )
    # What the movement statistics count by, kept with the row: the journey as declared, and the origin's level then.
    origin = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("origin"), related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("destination"), related_name="+", db_index=False
    )
    origin_level = models.PositiveSmallIntegerField(_("risk level of the origin"), null=True)
    plate = models.CharField(_("number plate"), max_length=15, blank=True, default="")
    # People recorded together: a bus, or two on a motorbike.
    group = models.UUIDField(_("group"), null=True)
    is_quick = models.BooleanField(_("recorded in quick mode"), default=False)
    recovered_on = models.DateField(_("recovered on, proof seen"), null=True)
    # An undone passage stays; a row of outcome "cancelled" points to it.
    cancels = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        verbose_name=_("cancels"),
        related_name="cancellations",
        db_constraint=False,
        db_index=False,
    )
    scanned_at = models.DateTimeField(_("scanned at"))
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())
    idempotency_key = models.UUIDField(_("key of the form"))

    objects = PassageQuerySet.as_manager()

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [
            models.UniqueConstraint(fields=["resident", "idempotency_key"], name="passage_recorded_once"),
            models.CheckConstraint(condition=Q(resident__regex=NUMBER_PATTERN), name="passage_number_form"),
            models.CheckConstraint(
                condition=Q(outcome="passed") & ~Q(verdict="STOP") | ~Q(reason=""),
                name="passage_reason",
                violation_error_message=_("Give a reason."),
            ),
            models.UniqueConstraint(
                fields=["resident", "cancels"], name="passage_cancelled_once", condition=Q(cancels__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(outcome="cancelled", cancels__isnull=False) | ~Q(outcome="cancelled") & Q(cancels=None),
                name="passage_cancels_what",
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-decided_at"], name="passage_by_resident"),
            # With the key, so that a list goes on exactly where its page before ended (docs/query-plans.md).
            models.Index(fields=["checkpoint", "-decided_at", "-id"], name="passage_by_checkpoint"),
            models.Index(fields=["plate", "-decided_at"], name="passage_by_plate", condition=~Q(plate="")),
        ]

    def __str__(self) -> str:
        return f"{self.decided_at:%Y-%m-%d %H:%M} {self.get_outcome_display()}"
