"""Vaccines. What the rules say of them is in the rule tables, by their codes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vaccinations.doses.warnings import MOST_DOSES

__all__ = ["MOST_DOSES", "Vaccine"]


class Vaccine(models.Model):
    """A product. Codes are those of the EU digital certificate's value sets (ehn-dcc-valuesets, 2023-05-05)."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=100)
    dcc_product = models.CharField(_("DCC product (mp)"), max_length=40, blank=True)
    dcc_holder = models.CharField(_("DCC authorisation holder (ma)"), max_length=40, blank=True)
    dcc_prophylaxis = models.CharField(_("DCC vaccine or prophylaxis (vp)"), max_length=20, blank=True)
    # Of a vial as it usually comes; whoever opens one may say otherwise. Empty: not laid down, or not verified.
    doses_per_vial = models.PositiveSmallIntegerField(_("doses in a vial"), null=True, blank=True)
    use_within_hours = models.PositiveSmallIntegerField(
        _("to be used within, hours from opening"), null=True, blank=True
    )
    vial_source = models.CharField(_("source of both"), max_length=250, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("vaccine")
        verbose_name_plural = _("vaccines")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(doses_per_vial=None) | Q(doses_per_vial__gte=1))
                & (Q(use_within_hours=None) | Q(use_within_hours__gte=1)),
                name="vaccine_vial_facts",
                violation_error_message=_("Leave it empty where it is not laid down."),
            ),
            models.CheckConstraint(
                condition=Q(doses_per_vial=None, use_within_hours=None) | ~Q(vial_source=""),
                name="vaccine_vial_source",
                violation_error_message=_("Say where the doses and hours of a vial are laid down."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_doses(self) -> bool:
        """Whether doses name it. By way of the lots, whose index answers; a dose without a lot is found by that."""
        return self.lots.filter(doses__isnull=False).exists() or self.doses.filter(lot=None).exists()
