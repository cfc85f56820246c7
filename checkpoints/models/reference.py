"""The choices of the forms, and whom the desk believes: reference data with dates in force."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.language import named


class Symptom(Dated):
    """A sign of illness that the declaration asks for."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("symptom")
        verbose_name_plural = _("symptoms")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="symptom_once_a_period", nulls_distinct=False
            ),
            dates_in_order("symptom_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class VehicleKind(Dated):
    """A way to travel. `has_plate`: the declaration asks for a number plate; `has_seat`: for seat, flight or train, and
    for all that the full form of 2021 asks of passengers."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    has_plate = models.BooleanField(_("has a number plate"), default=True)
    has_seat = models.BooleanField(_("passengers have seats"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of vehicle")
        verbose_name_plural = _("kinds of vehicle")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="vehiclekind_once_a_period", nulls_distinct=False
            ),
            dates_in_order("vehiclekind_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class JourneyReason(Dated):
    """Why somebody travels, as the declaration offers it."""

    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason of a journey")
        verbose_name_plural = _("reasons of journeys")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="journeyreason_once_a_period", nulls_distinct=False
            ),
            dates_in_order("journeyreason_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class Attestation(Dated):
    """The sentence that the citizen confirms; a declaration points to the one it was filed under."""

    name = models.CharField(_("text"), max_length=500)
    name_en = models.CharField(_("English text"), max_length=500, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["in_force_from"]
        constraints = [dates_in_order("attestation_dates_in_order")]

    def __str__(self) -> str:
        return named(self)


class TestKind(models.TextChoices):
    PCR = "pcr", _("PCR")
    ANTIGEN = "antigen", _("rapid antigen test")


class TestResult(models.TextChoices):
    NEGATIVE = "negative", _("negative")
    POSITIVE = "positive", _("positive")


class RiskLevel(Dated):
    """The epidemic risk level of a unit: 1 (low) to 4 (very high). A ward without one of its own takes its province's."""

    unit = models.ForeignKey(Unit, models.CASCADE, verbose_name=_("administrative unit"), related_name="risk_levels")
    level = models.PositiveSmallIntegerField(_("level"))
    source = models.CharField(_("source document"), max_length=250, blank=True, default="")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk level")
        verbose_name_plural = _("risk levels")
        ordering = ["unit", "in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "in_force_from"], name="risklevel_once_a_period", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=4),
                name="risklevel_range",
                violation_error_message=_("The level is 1, 2, 3 or 4."),
            ),
            dates_in_order("risklevel_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.level}"


class TrustedSigner(models.Model):
    """A signer certificate of digital COVID certificates that the desk believes."""

    kid = models.CharField(_("key identifier"), max_length=24, help_text=_("First 8 bytes of the SHA-256, in base64."))
    country = models.CharField(_("country"), max_length=2)
    certificate = models.TextField(_("certificate (PEM)"))
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("trusted signer")
        verbose_name_plural = _("trusted signers")
        constraints = [models.UniqueConstraint(fields=["kid", "country"], name="trustedsigner_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.kid}"
