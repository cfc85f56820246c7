"""Closed days of a facility's stock: the evening's sheet as it was signed off."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vaccinations.models.lots import Lot
from vaccinations.models.places import Facility
from vaccinations.models.stock import person
from vaccinations.stock.querysets import DayCloseLineQuerySet, DayCloseQuerySet


class DayClose(models.Model):
    """An evening's sheet, signed off: all days up to this one are closed at the facility. Append-only.

    What is recorded later for a closed day stands on the next sheet as a change after closing.
    """

    facility = models.ForeignKey(
        Facility, models.PROTECT, verbose_name=_("facility"), related_name="closes", db_index=False
    )
    day = models.DateField(_("day"))
    since = models.DateField(_("first day"))
    # The facility's last entry when it was closed: one with a greater key came after.
    last_entry = models.BigIntegerField(_("last entry"))
    closed_by = person(_("closed by"), null=True)
    closed_at = models.DateTimeField(_("closed at"), db_default=Now())

    objects = DayCloseQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed day of a facility")
        verbose_name_plural = _("closed days of facilities")
        constraints = [
            models.UniqueConstraint(
                fields=["facility", "day"],
                name="dayclose_once",
                violation_error_message=_("This day is closed already."),
            ),
            models.CheckConstraint(condition=Q(since__lte=F("day")), name="dayclose_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.facility} {self.day:%d/%m/%Y}"


class DayCloseLine(models.Model):
    """One lot on a closed sheet, in doses. Append-only."""

    close = models.ForeignKey(DayClose, models.PROTECT, related_name="lines", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, verbose_name=_("lot"), related_name="closed_lines", db_index=False)
    opening = models.IntegerField(_("opening"))
    late = models.IntegerField(_("changes after closing"))
    received = models.IntegerField(_("received"))
    given = models.PositiveIntegerField(_("given"))
    wasted = models.IntegerField(_("wasted"))
    returned = models.IntegerField(_("returned"))
    transferred = models.IntegerField(_("transferred"))
    adjusted = models.IntegerField(_("adjusted by counts"))
    computed = models.IntegerField(_("closing"))
    counted = models.PositiveIntegerField(_("counted"))
    explanation = models.CharField(_("explanation"), max_length=250, blank=True, default="")
    # All doses of the lot given here up to that day: what differs from it later was recorded or voided after closing.
    given_through = models.PositiveIntegerField(_("given so far"))

    objects = DayCloseLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a closed day")
        verbose_name_plural = _("lines of closed days")
        constraints = [
            models.UniqueConstraint(fields=["close", "lot"], name="daycloseline_once_a_lot"),
            models.CheckConstraint(
                condition=Q(
                    computed=F("opening")
                    + F("late")
                    + F("received")
                    - F("given")
                    - F("wasted")
                    - F("returned")
                    + F("transferred")
                    + F("adjusted")
                ),
                name="daycloseline_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(counted=F("computed")) | ~Q(explanation=""),
                name="daycloseline_explained",
                violation_error_message=_("Explain the difference."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot}: {self.counted}"

    @property
    def difference(self) -> int:
        return self.counted - self.computed
