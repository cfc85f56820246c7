"""Lots: the manufacturer's batches, how long they may be used, and whether they were recalled."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vaccinations.models.vaccines import Vaccine
from vaccinations.querysets import LotQuerySet
from vaxreg.models import User


class Lot(models.Model):
    """A manufacturer's batch of one vaccine. A recall is written and lifted by vaccinations.stock.recalls alone."""

    vaccine = models.ForeignKey(Vaccine, models.PROTECT, verbose_name=_("vaccine"), related_name="lots")
    lot_number = models.CharField(_("lot number"), max_length=30)
    # What the box says, for ever; for how long the lot may be used says usable_until.
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    recalled_at = models.DateTimeField(_("recalled at"), null=True, editable=False)
    recall_document = models.CharField(
        _("document of the recall"), max_length=60, default="", db_default="", editable=False
    )
    recall_reason = models.CharField(
        _("reason of the recall"), max_length=250, default="", db_default="", editable=False
    )

    objects = LotQuerySet.as_manager()

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        ordering = ["vaccine", "lot_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["vaccine", "lot_number"],
                name="lot_once_a_vaccine",
                violation_error_message=_("This vaccine has a lot of that number already."),
            ),
            # What the dose's two-column foreign key points to (migration 0001).
            models.UniqueConstraint(fields=["id", "vaccine"], name="lot_with_vaccine"),
            models.CheckConstraint(
                condition=Q(recalled_at=None, recall_document="", recall_reason="")
                | Q(recalled_at__isnull=False) & ~Q(recall_document="") & ~Q(recall_reason=""),
                name="lot_recall_documented",
                violation_error_message=_("A recall has a document and a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.lot_number

    @property
    def has_doses(self) -> bool:
        return self.doses.exists()

    @property
    def is_recalled(self) -> bool:
        return self.recalled_at is not None

    def usable_until(self, on: date) -> date | None:
        """The last day on which the lot may be used, by the extensions in force on that day; None where none is known."""
        return Lot.objects.with_usable_until(on).values_list("usable_until_then", flat=True).get(pk=self.pk)


class LotExtension(models.Model):
    """A document that lets a lot be used longer than its box says. Append-only: a mistake is mended by a further row."""

    lot = models.ForeignKey(Lot, models.PROTECT, verbose_name=_("lot"), related_name="extensions", db_index=False)
    usable_until = models.DateField(_("usable until"))
    document = models.CharField(_("document"), max_length=60)
    # A dose given before this day is judged by what was known then.
    in_force_from = models.DateField(_("in force from"))
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("recorded by"), related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    idempotency_key = models.UUIDField(_("key of the form"))

    class Meta:
        verbose_name = _("extension of a lot")
        verbose_name_plural = _("extensions of lots")
        constraints = [
            models.UniqueConstraint(fields=["lot", "idempotency_key"], name="lotextension_recorded_once"),
            models.CheckConstraint(
                condition=~Q(document=""),
                name="lotextension_documented",
                violation_error_message=_("An extension has a document."),
            ),
        ]
        indexes = [models.Index(fields=["lot", "-in_force_from", "-id"], name="lotextension_latest")]

    def __str__(self) -> str:
        return f"{self.lot} – {self.usable_until:%d/%m/%Y}"
