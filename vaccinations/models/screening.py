"""The screening before a dose: the ministry's checklists as dated rows, and what was noted of a person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from vaccinations.models.visits import Visit
from vaccinations.screening import rules
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.language import named
from vaxreg.models import User


class ChecklistRow(Dated):
    """What items and limits have in common: for whom, and the document that lays them down."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody")
        ADULT = "adult", _("adults (18 and over)")
        CHILD = "child", _("children (under 18)")

    audience = models.CharField(_("for whom"), max_length=9, choices=Audience, default=Audience.EVERYBODY)
    source = models.CharField(_("source document"), max_length=250)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def period(self) -> dict[str, object]:
        return {"audience": self.audience, "begins_on": self.in_force_from, "ends_on": self.in_force_until}


class ScreeningItem(ChecklistRow):
    """A line of a checklist, while in force."""

    class Conclusion(models.TextChoices):
        ELIGIBLE = "eligible", _("eligible")
        CAUTION = "caution", _("with caution")
        DELAY = "delay", _("delay")
        REFER = "refer", _("refer to a hospital")
        CONTRAINDICATED = "contraindicated", _("contraindicated")
        UNDECIDED = "undecided", _("a doctor decides")

    code = models.SlugField(_("code"), max_length=30)
    number = models.CharField(_("number on the form"), max_length=4)
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=250)
    name_en = models.CharField(_("English name"), max_length=250, blank=True, default="")
    conclusion = models.CharField(
        _("conclusion where yes"),
        max_length=15,
        choices=[choice for choice in Conclusion.choices if choice[0] not in ("eligible", "undecided")],
        blank=True,
        default="",
        help_text=_("Empty where no document lays it down: then a doctor decides."),
    )
    needs_words = models.BooleanField(_("needs words"), default=False)

    class Meta:
        verbose_name = _("screening item")
        verbose_name_plural = _("screening items")
        ordering = ["in_force_from", "audience", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "audience", "in_force_from"],
                name="screeningitem_once_a_period",
                nulls_distinct=False,
            ),
            dates_in_order("screeningitem_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {named(self)}"

    @property
    def terms(self) -> rules.Item:
        """The line as the pure module takes it."""
        return rules.Item(**self.period, code=self.code, conclusion=self.conclusion)


class VitalLimit(ChecklistRow):
    """What is abnormal of a vital sign, and of whom it is measured, while in force."""

    class Vital(models.TextChoices):
        TEMPERATURE = "temperature", _("temperature, °C")
        PULSE = "pulse", _("pulse, per minute")
        SYSTOLIC = "systolic", _("systolic blood pressure, mmHg")
        DIASTOLIC = "diastolic", _("diastolic blood pressure, mmHg")
        RESPIRATION = "respiration", _("breaths per minute")

    vital = models.CharField(_("vital sign"), max_length=11, choices=Vital)
    lowest = models.DecimalField(_("lowest normal"), max_digits=4, decimal_places=1, null=True, blank=True)
    highest = models.DecimalField(_("highest normal"), max_digits=4, decimal_places=1, null=True, blank=True)
    rise_over_usual = models.DecimalField(
        _("abnormal rise over the usual"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    is_needed_for_all = models.BooleanField(_("measured of everybody"), default=False)
    needed_above_age = models.PositiveSmallIntegerField(_("measured above the age of"), null=True, blank=True)

    class Meta:
        verbose_name = _("limit of a vital sign")
        verbose_name_plural = _("limits of vital signs")
        ordering = ["in_force_from", "audience", "vital"]
        constraints = [
            models.UniqueConstraint(
                fields=["vital", "audience", "in_force_from"], name="vitallimit_once_a_period", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(lowest=None) | Q(highest=None) | Q(lowest__lt=F("highest")),
                name="vitallimit_lowest_below_highest",
                violation_error_message=_("The lowest normal value is not below the highest."),
            ),
            dates_in_order("vitallimit_dates_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.Vital(self.vital).label)

    @property
    def terms(self) -> rules.Limit:
        """The limit as the pure module takes it."""
        return rules.Limit(
            **self.period,
            vital=self.vital,
            lowest=self.lowest,
            highest=self.highest,
            rise_over_usual=self.rise_over_usual,
            is_needed_for_all=self.is_needed_for_all,
            needed_above_age=self.needed_above_age,
        )


def vital_field(label: str) -> models.DecimalField:
    """A column for what was measured; empty where it was not."""
    return models.DecimalField(label, max_digits=4, decimal_places=1, null=True)


class Screening(models.Model):
    """What was noted of one person before a dose, and what it came to. Never edited: a later one of the visit counts.

    `answers` maps the code of an item to {"answer": "yes" or "no", "words": …}; an item that is missing was not noted.
    """

    class Consent(models.TextChoices):
        AGREED = "agreed", _("agrees to the vaccination")
        REFUSED = "refused", _("does not agree")

    resident = CitizenIdField(_("person"))
    # References to a visit by its id alone cannot be foreign keys on several machines.
    visit = models.ForeignKey(
        Visit, models.PROTECT, verbose_name=_("visit"), related_name="screenings", db_constraint=False
    )
    audience = models.CharField(_("checklist for"), max_length=9, choices=ChecklistRow.Audience)
    documents = ArrayField(models.CharField(max_length=250), verbose_name=_("source documents"), default=list)
    answers = models.JSONField(_("answers"), default=dict)
    temperature = vital_field(_("temperature, °C"))
    pulse = vital_field(_("pulse, per minute"))
    systolic = vital_field(_("systolic blood pressure, mmHg"))
    diastolic = vital_field(_("diastolic blood pressure, mmHg"))
    usual_systolic = vital_field(_("usual systolic blood pressure, mmHg"))
    respiration = vital_field(_("breaths per minute"))
    computed = models.CharField(_("computed conclusion"), max_length=15, choices=ScreeningItem.Conclusion)
    conclusion = models.CharField(_("conclusion"), max_length=15, choices=ScreeningItem.Conclusion)
    override_reason = models.CharField(_("reason for another conclusion"), max_length=250, blank=True, default="")
    consent = models.CharField(_("consent"), max_length=7, choices=Consent, blank=True, default="")
    guardian_name = models.CharField(_("guardian"), max_length=150, blank=True, default="")
    guardian_phone = models.CharField(_("guardian's phone"), max_length=15, blank=True, default="")
    screened_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("recorded by"), related_name="+", db_index=False
    )
    screened_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        constraints = [
            models.CheckConstraint(
                condition=Q(conclusion=F("computed"), override_reason="")
                | ~Q(conclusion=F("computed")) & ~Q(override_reason=""),
                name="screening_other_conclusion_with_reason",
                violation_error_message=_("Another conclusion than the computed one needs a reason."),
            ),
        ]

    def __str__(self) -> str:
        return str(ScreeningItem.Conclusion(self.conclusion).label)

    @property
    def allows_dose(self) -> bool:
        return self.conclusion in rules.ALLOWS_DOSE

    @property
    def is_overridden(self) -> bool:
        return self.conclusion != self.computed
