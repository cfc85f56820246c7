"""Lots: the manufacturer's batches."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from vaccinations.models.places import Facility
from vaccinations.models.vaccines import Vaccine
from vaccinations.querysets import LotQuerySet


class Lot(models.Model):
    """A manufacturer's batch of one vaccine."""

    vaccine = models.ForeignKey(Vaccine, models.PROTECT, verbose_name=_("vaccine"), related_name="lots")
    lot_number = models.CharField(_("lot number"), max_length=30)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

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
        ]

    def __str__(self) -> str:
        return self.lot_number

    @property
    def last_usable_on(self) -> date | None:
        """The last day on which the lot may be given; None where its expiry is not known."""
        return self.expires_on

    def faults_at(self, facility: Facility | None) -> frozenset[str]:
        """What forbids its use at that facility besides the expiry: codes of vaccinations.doses.warnings."""
        return frozenset()

    @property
    def has_doses(self) -> bool:
        return self.doses.exists()
