"""The doses given, and the slips that say so."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from residents.models import Resident
from vaccinations.doses.querysets import DoseQuerySet, SlipQuerySet
from vaccinations.doses.warnings import Given
from vaccinations.models.lots import Lot
from vaccinations.models.places import Facility
from vaccinations.models.vaccines import MOST_DOSES, Vaccine
from vaxreg.fields import KeyField
from vaxreg.models import User

# The register's days are Vietnam's; a constraint needs the zone spelled out, whatever zone the connection has.
DAY_RECORDED = Cast(Func(Value("Asia/Ho_Chi_Minh"), F("recorded_at"), function="timezone"), models.DateField())


class Dose(models.Model):
    """One dose given to one person. Never edited or deleted: voided with a reason, and a replacement points to it.

    The database refuses every change of a row but to the voiding columns (migration 0001).
    """

    class Source(models.TextChoices):
        DESK = "desk", _("clinic desk")
        PAPER = "paper", _("paper slip")
        IMPORT = "import", _("provincial sheet")
        DEMONSTRATION = "demo", _("demonstration")

    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="doses", db_index=False
    )
    dose_number = models.PositiveSmallIntegerField(_("dose number"))
    vaccine = models.ForeignKey(
        Vaccine, models.PROTECT, verbose_name=_("vaccine"), related_name="doses", db_index=False
    )
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
    # The sheet it came with, and its row there: what taking the import back goes by.
    dose_import = models.ForeignKey(
        "vaccinations.DoseImport",
        models.PROTECT,
        null=True,
        verbose_name=_("import"),
        related_name="recorded_doses",
        db_index=False,
    )
    import_row = models.PositiveIntegerField(_("row of the sheet"), null=True)
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
        indexes = [
            models.Index(fields=["facility", "-recorded_at"], name="dose_by_facility"),
            # What was given of a lot is counted from this index alone, and who got it is found (docs/query-plans-stock.md).
            models.Index(
                fields=["facility", "lot", "administered_on"], name="dose_by_ledger", condition=Q(voided_at=None)
            ),
            models.Index(fields=["dose_import"], name="dose_by_import", condition=Q(dose_import__isnull=False)),
        ]

    def __str__(self) -> str:
        return _("Dose %(number)d of %(date)s") % {
            "number": self.dose_number,
            "date": self.administered_on.strftime("%d/%m/%Y"),
        }

    @property
    def is_valid(self) -> bool:
        return self.voided_at is None

    @property
    def recipient(self) -> Resident:
        """The person under their present number, should it have been corrected since."""
        return self.resident.superseded_by or self.resident

    @property
    def given(self) -> Given:
        """The dose as the pure modules take it."""
        return Given(
            dose_number=self.dose_number,
            product=self.vaccine.code,
            product_name=self.vaccine.name,
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
        return self.dose.recipient
