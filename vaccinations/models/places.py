"""The places that vaccinate, and who works there."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaccinations.querysets import FacilityQuerySet
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.language import named
from vaxreg.models import User


class Facility(models.Model):
    """A place that vaccinates."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("administrative unit"), related_name="+")
    address = models.CharField(_("address"), max_length=250, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = FacilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("facilities")
        ordering = ["name"]

    def __str__(self) -> str:
        return named(self)


class FacilityAssignment(Dated):
    """A member of staff works at this facility."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="facility_assignments")
    facility = models.ForeignKey(Facility, models.CASCADE, verbose_name=_("facility"), related_name="assignments")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("facility assignment")
        verbose_name_plural = _("facility assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "facility", "in_force_from"],
                name="facilityassignment_once_a_period",
                nulls_distinct=False,
            ),
            dates_in_order("facilityassignment_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.facility}"
