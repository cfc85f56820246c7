"""Vaccines and their rules, facilities, lots, and the doses given."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from residents.models import Resident, Unit
from vaccinations.querysets import CourseRuleQuerySet, DoseQuerySet, FacilityQuerySet, LotQuerySet, SlipQuerySet
from vaccinations.rule_tables import (
    AgeRule,
    Contraindication,
    IntervalRule,
    ProductRule,
    Schedule,
    Series,
    SeriesDose,
    SkipRule,
)
from vaccinations.schedule import Rule
from vaccinations.warnings import Given
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.fields import KeyField
from vaxreg.language import named
from vaxreg.models import User

__all__ = [
    "AgeRule",
    "Contraindication",
    "CourseRule",
    "Dose",
    "Facility",
    "FacilityAssignment",
    "IntervalRule",
    "Lot",
    "ProductRule",
    "Schedule",
    "Series",
    "SeriesDose",
    "SkipRule",
    "Slip",
    "Vaccine",
]

# The register's days are Vietnam's; a constraint needs the zone spelled out, whatever zone the connection has.
DAY_RECORDED = Cast(Func(Value("Asia/Ho_Chi_Minh"), F("recorded_at"), function="timezone"), models.DateField())
MOST_DOSES = 20


class Vaccine(models.Model):
    """A product. Codes are those of the EU digital certificate's value sets (ehn-dcc-valuesets, 2023-05-05)."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=100)
    dcc_product = models.CharField(_("DCC product (mp)"), max_length=40, blank=True)
    dcc_holder = models.CharField(_("DCC authorisation holder (ma)"), max_length=40, blank=True)
    dcc_prophylaxis = models.CharField(_("DCC vaccine or prophylaxis (vp)"), max_length=20, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("vaccine")
        verbose_name_plural = _("vaccines")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def has_doses(self) -> bool:
        """Whether doses name it. By way of the lots, whose index answers; a dose without a lot is found by that."""
        return self.lots.filter(doses__isnull=False).exists() or Dose.objects.filter(lot=None, vaccine=self).exists()


class CourseRule(Dated):
    """How many doses make a vaccine's course, from what age and how far apart, while in force. Empty: not laid down."""

    vaccine = models.ForeignKey(Vaccine, models.CASCADE, verbose_name=_("vaccine"), related_name="rules")
    doses_in_course = models.PositiveSmallIntegerField(_("doses in the course"))
    minimum_age_years = models.PositiveSmallIntegerField(_("minimum age, years"), null=True, blank=True)
    minimum_interval_days = models.PositiveSmallIntegerField(_("minimum interval, days"), null=True, blank=True)
    recommended_interval_days = models.PositiveSmallIntegerField(_("recommended interval, days"), null=True, blank=True)
    source = models.CharField(_("source document"), max_length=250)

    objects = CourseRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("course rule")
        verbose_name_plural = _("course rules")
        ordering = ["vaccine", "in_force_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["vaccine", "in_force_from"], name="courserule_once_a_period", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(doses_in_course__gte=1, doses_in_course__lte=MOST_DOSES), name="courserule_doses_in_course"
            ),
            dates_in_order("courserule_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.vaccine}: {self.doses_in_course}"

    @property
    def terms(self) -> Rule:
        """The rule as the pure modules take it."""
        return Rule(
            doses_in_course=self.doses_in_course,
            minimum_age_years=self.minimum_age_years,
            minimum_interval_days=self.minimum_interval_days,
            recommended_interval_days=self.recommended_interval_days,
        )


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
    def has_doses(self) -> bool:
        return self.doses.exists()


class Dose(models.Model):
    """One dose given to one person. Never edited or deleted: voided with a reason, and a replacement points to it.

    The database refuses every change of a row but to the voiding columns (migration 0001).
    """

    class Source(models.TextChoices):
        DESK = "desk", _("clinic desk")
        IMPORT = "import", _("provincial sheet")
        DEMONSTRATION = "demo", _("demonstration")

    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="doses", db_index=False
    )
    dose_number = models.PositiveSmallIntegerField(_("dose number"))
    vaccine = models.ForeignKey(Vaccine, models.PROTECT, verbose_name=_("vaccine"), related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, verbose_name=_("lot"), related_name="doses")
    facility = models.ForeignKey(
        Facility, models.PROTECT, verbose_name=_("facility"), related_name="doses", db_index=False
    )
    vaccinator = models.CharField(_("vaccinator"), max_length=150, blank=True, default="")
    administered_on = models.DateField(_("given on"))
    administered_at = models.DateTimeField(_("given at"), null=True)
    # The person's date of birth as the registry had it then: what "not before birth" is checked against.
    born_on = models.DateField(_("date of birth"), null=True)
    warnings = ArrayField(models.CharField(max_length=20), verbose_name=_("warnings"), default=list)
    warning_reason = models.CharField(_("reason in spite of warnings"), max_length=250, blank=True, default="")
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.DESK)
    idempotency_key = models.UUIDField(_("key of the form"))
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("recorded by"), related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    # References to a dose by its id alone cannot be foreign keys on several machines.
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        verbose_name=_("replaces"),
        related_name="replacements",
        db_constraint=False,
        db_index=False,
    )
    voided_at = models.DateTimeField(_("voided at"), null=True)
    voided_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("voided by"), related_name="+", db_index=False
    )
    void_reason = models.CharField(_("reason for voiding"), max_length=250, blank=True, default="")

    objects = DoseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dose")
        verbose_name_plural = _("doses")
        ordering = ["resident", "dose_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "dose_number"],
                condition=Q(voided_at=None),
                name="dose_number_once",
                violation_error_message=_("A dose of this number is recorded already."),
            ),
            models.UniqueConstraint(fields=["resident", "idempotency_key"], name="dose_recorded_once"),
            models.CheckConstraint(
                condition=Q(dose_number__gte=1, dose_number__lte=MOST_DOSES),
                name="dose_number_range",
                violation_error_message=_("The dose number is out of range."),
            ),
            models.CheckConstraint(
                condition=Q(administered_on__lte=DAY_RECORDED),
                name="dose_not_in_future",
                violation_error_message=_("The day lies in the future."),
            ),
            models.CheckConstraint(
                condition=Q(born_on=None) | Q(administered_on__gte=F("born_on")),
                name="dose_not_before_birth",
                violation_error_message=_("The day lies before the person's birth."),
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                name="dose_void_reason",
                violation_error_message=_("A dose is voided with a reason."),
            ),
        ]
        indexes = [models.Index(fields=["facility", "-recorded_at"], name="dose_by_facility")]

    def __str__(self) -> str:
        return _("Dose %(number)d of %(date)s") % {
            "number": self.dose_number,
            "date": self.administered_on.strftime("%d/%m/%Y"),
        }

    @property
    def is_valid(self) -> bool:
        return self.voided_at is None

    @property
    def given(self) -> Given:
        """The dose as the pure modules take it."""
        return Given(
            dose_number=self.dose_number,
            product=self.vaccine.name,
            administered_on=self.administered_on,
            typed_at=self.recorded_at if self.source == self.Source.DESK else None,
        )


class Slip(models.Model):
    """The verification code printed on a person's slip, and the dose it stands for."""

    code = KeyField(_("code"), max_length=8, primary_key=True)
    resident = CitizenIdField(_("person"))
    dose = models.ForeignKey(Dose, models.PROTECT, related_name="slips", db_constraint=False)
    issued_at = models.DateTimeField(_("issued at"), db_default=Now())

    objects = SlipQuerySet.as_manager()

    class Meta:
        verbose_name = _("slip")
        verbose_name_plural = _("slips")

    def __str__(self) -> str:
        return self.code

    @property
    def resident_now(self) -> Resident:
        """The person under their present number, should it have been corrected since."""
        return self.dose.resident.superseded_by or self.dose.resident
