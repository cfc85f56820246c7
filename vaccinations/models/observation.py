"""After the dose: who still sits at the site, and what reactions there were."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from residents.models import Resident
from vaccinations.models.doses import Dose
from vaccinations.models.places import Facility
from vaccinations.observation.querysets import AdverseEventQuerySet, ObservationQuerySet
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.language import named
from vaxreg.models import User


class Observation(models.Model):
    """Somebody sits at the site after a dose, until released. The database refuses every change but of the release."""

    resident = models.ForeignKey(Resident, models.PROTECT, verbose_name=_("resident"), related_name="+", db_index=False)
    # References to a dose by its id alone cannot be foreign keys on several machines.
    dose = models.ForeignKey(
        Dose, models.PROTECT, verbose_name=_("dose"), related_name="observations", db_constraint=False, db_index=False
    )
    facility = models.ForeignKey(Facility, models.PROTECT, verbose_name=_("facility"), related_name="+", db_index=False)
    begun_at = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("until"))
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("released by"), related_name="+", db_index=False
    )
    early_reason = models.CharField(_("reason for leaving early"), max_length=250, blank=True, default="")

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation after a dose")
        verbose_name_plural = _("observations after doses")
        constraints = [
            models.UniqueConstraint(fields=["resident", "dose"], name="observation_once_a_dose"),
            models.CheckConstraint(
                condition=Q(released_at=None, early_reason="")
                | Q(released_at__gte=F("ends_at"), early_reason="")
                | Q(released_at__lt=F("ends_at")) & ~Q(early_reason=""),
                name="observation_early_with_reason",
                violation_error_message=_("Whoever leaves early does so for a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["facility", "ends_at"], name="observation_open", condition=Q(released_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}"


class AdverseEventTerm(Dated):
    """A sign or symptom to choose from. The English term is MedDRA's preferred term; its codes are licensed and not kept."""

    code = models.SlugField(_("code"), unique=True, max_length=30)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    meddra_term = models.CharField(_("MedDRA preferred term"), max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source document"), max_length=250)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("term for reactions")
        verbose_name_plural = _("terms for reactions")
        ordering = ["position", "code"]
        constraints = [dates_in_order("adverseeventterm_dates_in_order")]

    def __str__(self) -> str:
        return named(self)


class AdverseEvent(models.Model):
    """One version of what is known of a reaction after a dose (WHO's core variables of an AEFI). Never edited: a later
    version of the same `event` takes its place.
    """

    class Severity(models.TextChoices):
        MILD = "mild", _("mild")
        MODERATE = "moderate", _("moderate")
        SEVERE = "severe", _("severe")

    class Seriousness(models.TextChoices):
        """ICH E2B(R3), E.i.3.2."""

        DEATH = "death", _("death")
        LIFE_THREATENING = "life-threatening", _("threat to life")
        HOSPITAL = "hospital", _("taken into hospital, or kept there longer")
        DISABILITY = "disability", _("lasting disability")
        BIRTH_DEFECT = "birth-defect", _("birth defect")
        IMPORTANT = "important", _("another medically important event")

    class Outcome(models.TextChoices):
        """ICH E2B(R3), E.i.7."""

        UNKNOWN = "unknown", _("not known yet")
        RECOVERED = "recovered", _("recovered")
        RECOVERING = "recovering", _("recovering")
        NOT_RECOVERED = "not-recovered", _("not recovered")
        SEQUELAE = "sequelae", _("recovered with lasting effects")
        FATAL = "fatal", _("fatal")

    class Source(models.TextChoices):
        SITE = "site", _("at the site")
        LATER = "later", _("told to staff later")
        CITIZEN = "citizen", _("told by the citizen")

    event = models.UUIDField(_("reaction"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    resident = CitizenIdField(_("person"))
    dose = models.ForeignKey(
        Dose, models.PROTECT, verbose_name=_("dose"), related_name="adverse_events", db_constraint=False
    )
    facility = models.ForeignKey(Facility, models.PROTECT, verbose_name=_("facility"), related_name="+", db_index=False)
    onset_at = models.DateTimeField(_("onset"))
    symptoms = ArrayField(models.CharField(max_length=30), verbose_name=_("signs and symptoms"), default=list)
    other_symptom = models.CharField(_("another sign or symptom"), max_length=250, blank=True, default="")
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    anaphylaxis_grade = models.PositiveSmallIntegerField(_("grade of anaphylaxis"), null=True)
    seriousness = ArrayField(
        models.CharField(max_length=16, choices=Seriousness), verbose_name=_("serious because of"), default=list
    )
    treatment = models.CharField(_("treatment"), max_length=500, blank=True, default="")
    outcome = models.CharField(_("how it goes"), max_length=13, choices=Outcome, default=Outcome.UNKNOWN)
    referred_to = models.CharField(_("referred to"), max_length=150, blank=True, default="")
    # By the rule of the day it was written: see vaccinations.observation.rules.
    is_serious = models.BooleanField(_("serious"))
    source = models.CharField(_("source"), max_length=7, choices=Source)
    recorded_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("recorded by"), related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    superseded_at = models.DateTimeField(_("superseded at"), null=True)

    objects = AdverseEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction after a dose")
        verbose_name_plural = _("reactions after doses")
        constraints = [
            models.UniqueConstraint(fields=["resident", "event", "version"], name="adverseevent_version_once"),
            models.UniqueConstraint(
                fields=["resident", "event"], condition=Q(superseded_at=None), name="adverseevent_one_current_version"
            ),
            models.CheckConstraint(
                condition=Q(symptoms__len__gte=1) | ~Q(other_symptom=""),
                name="adverseevent_has_a_symptom",
                violation_error_message=_("Choose a sign or symptom, or write one down."),
            ),
            models.CheckConstraint(
                condition=Q(anaphylaxis_grade=None) | Q(anaphylaxis_grade__gte=1, anaphylaxis_grade__lte=4),
                name="adverseevent_grade_range",
                violation_error_message=_("Anaphylaxis has grades 1 to 4."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-recorded_at", "-id"],
                name="adverseevent_serious",
                condition=Q(superseded_at=None, is_serious=True),
            ),
            models.Index(
                fields=["facility", "-recorded_at"], name="adverseevent_by_facility", condition=Q(superseded_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.version}"

    @property
    def is_anaphylaxis(self) -> bool:
        return self.anaphylaxis_grade is not None


class AdverseEventReading(models.Model):
    """A member of staff opened this version: until then it is unread to them."""

    resident = CitizenIdField(_("person"))
    event = models.UUIDField(_("reaction"))
    version = models.PositiveSmallIntegerField(_("version"))
    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="+")
    read_at = models.DateTimeField(_("read at"), db_default=Now())

    class Meta:
        verbose_name = _("reading of a reaction")
        verbose_name_plural = _("readings of reactions")
        constraints = [
            models.UniqueConstraint(fields=["resident", "event", "version", "user"], name="adverseeventreading_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.version}"
