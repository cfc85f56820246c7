"""Who registered to be vaccinated, and the choices that the form offers."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _

from residents.birth import Birth, Precision
from residents.citizen_id import NUMBER_PATTERN
from residents.models import Resident, Unit
from residents.sameness import Traits
from vaccinations.models.places import Facility
from vaccinations.registration.querysets import RegisteredPersonQuerySet
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.fields import KeyField
from vaxreg.language import named


class PriorityGroup(Dated):
    """Whom a decision wants vaccinated first; `position` is the order among groups, the same code is the same group."""

    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=250)
    name_en = models.CharField(_("English name"), max_length=250, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source document"), max_length=250)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("priority group")
        verbose_name_plural = _("priority groups")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="prioritygroup_once_a_period", nulls_distinct=False
            ),
            dates_in_order("prioritygroup_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class ChronicCondition(Dated):
    """A chronic condition that the registration asks for."""

    code = models.SlugField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=150)
    name_en = models.CharField(_("English name"), max_length=150, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    source = models.CharField(_("source document"), max_length=250)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("chronic condition")
        verbose_name_plural = _("chronic conditions")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "in_force_from"], name="chroniccondition_once_a_period", nulls_distinct=False
            ),
            dates_in_order("chroniccondition_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class ConsentText(Dated):
    """What a citizen agrees to when registering; a registration points to the text it was given under."""

    name = models.CharField(_("text"), max_length=1000)
    name_en = models.CharField(_("English text"), max_length=1000, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of consent")
        verbose_name_plural = _("texts of consent")
        ordering = ["in_force_from"]
        constraints = [dates_in_order("consenttext_dates_in_order")]

    def __str__(self) -> str:
        return named(self)


class Registration(models.Model):
    """One form that was sent: one person or a family. Its code opens it, with the date of birth of the first person.

    `token` is the address of the page that shows the code; neither leads to anything about a person by itself.
    """

    code = KeyField(_("code"), max_length=8, unique=True)
    token = KeyField(_("token"), max_length=22, unique=True)
    is_for_other = models.BooleanField(_("filled in for somebody else"), default=False)
    consent = models.ForeignKey(
        ConsentText, models.PROTECT, null=True, verbose_name=_("text of consent"), related_name="+", db_index=False
    )
    consented = models.BooleanField(_("consented"))
    registered_at = models.DateTimeField(_("registered at"))
    idempotency_key = models.UUIDField(_("key of the form"), unique=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [models.CheckConstraint(condition=Q(consented=True), name="registration_consented")]

    def __str__(self) -> str:
        return f"{self.registered_at:%Y-%m-%d %H:%M}"


class RegisteredPerson(models.Model):
    """One person of a registration, word for word. The public neither reads nor writes the registry.

    `claimed` is the number as given, none where the person has none: then the first person of the registration stands for
    them. `resident` is set by staff only: who the person turned out to be.
    """

    class Reach(models.TextChoices):
        FACILITY = "facility", _("at the place chosen")
        WARD = "ward", _("anywhere in my ward or commune")
        PROVINCE = "province", _("anywhere in my province or city")

    registration = models.ForeignKey(
        Registration, models.PROTECT, verbose_name=_("registration"), related_name="people"
    )
    place = models.PositiveSmallIntegerField(_("place in the registration"), default=0)
    full_name = models.CharField(_("full name"), max_length=150)
    date_of_birth = models.DateField(_("date of birth"))
    birth_precision = models.CharField(_("precision of the date of birth"), max_length=1, choices=Precision)
    sex = models.CharField(_("sex"), max_length=1, choices=Resident.Sex)
    # No foreign key in the database: nobody has checked that somebody holds the number.
    claimed = models.ForeignKey(
        Resident,
        models.DO_NOTHING,
        null=True,
        verbose_name=_("number given"),
        related_name="+",
        db_column="number",
        db_constraint=False,
        db_index=False,
    )
    phone = models.CharField(_("phone"), max_length=15)
    province = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("province of living"), related_name="+", db_index=False
    )
    ward = models.ForeignKey(
        Unit, models.PROTECT, null=True, verbose_name=_("ward of living"), related_name="+", db_index=False
    )
    priority_group = models.ForeignKey(
        PriorityGroup, models.PROTECT, null=True, verbose_name=_("priority group"), related_name="+", db_index=False
    )
    # Codes of chronic conditions; empty: none; null: the person does not know.
    conditions = ArrayField(models.CharField(max_length=30), verbose_name=_("chronic conditions"), null=True)
    reach = models.CharField(_("where to be invited"), max_length=8, choices=Reach)
    preferred_facility = models.ForeignKey(
        Facility, models.PROTECT, null=True, verbose_name=_("preferred place"), related_name="+", db_index=False
    )
    is_standby = models.BooleanField(_("can come within an hour"), default=False)
    resident = models.ForeignKey(
        Resident, models.PROTECT, null=True, verbose_name=_("resident"), related_name="registrations", db_index=False
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    name_key = models.GeneratedField(
        expression=Func(F("full_name"), function="residents_name_key"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = RegisteredPersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("registered person")
        verbose_name_plural = _("registered people")
        ordering = ["registration", "place"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "place"], name="registeredperson_place_once"),
            models.CheckConstraint(
                condition=Q(claimed=None) | Q(Regex(F("claimed"), Value(NUMBER_PATTERN))),
                name="registeredperson_number_form",
            ),
            models.CheckConstraint(
                condition=Q(birth_precision="D")
                | Q(date_of_birth__day=1, birth_precision="M")
                | Q(date_of_birth__day=1, date_of_birth__month=1, birth_precision="Y"),
                name="registeredperson_birth_precision",
            ),
            models.CheckConstraint(condition=Q(sex__in=["M", "F"]), name="registeredperson_sex"),
            models.CheckConstraint(
                condition=Q(reach="facility", preferred_facility__isnull=False)
                | Q(reach="ward", preferred_facility=None, ward__isnull=False)
                | Q(reach="province", preferred_facility=None),
                name="registeredperson_reach",
            ),
        ]
        indexes = [
            models.Index(
                fields=["preferred_facility"],
                name="registered_for_facility",
                condition=Q(reach="facility", withdrawn_at=None),
            ),
            models.Index(fields=["ward"], name="registered_in_ward", condition=Q(reach="ward", withdrawn_at=None)),
            models.Index(
                fields=["province"], name="registered_in_province", condition=Q(reach="province", withdrawn_at=None)
            ),
            models.Index(fields=["claimed"], name="registered_by_number", condition=Q(claimed__isnull=False)),
            models.Index(fields=["resident"], name="registered_by_resident", condition=Q(resident__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def number(self) -> str:
        """The number as given; empty where the person has none."""
        return self.claimed_id or ""

    @property
    def birth(self) -> Birth:
        return Birth(self.date_of_birth, self.birth_precision)

    @property
    def traits(self) -> Traits:
        """What tells the person from others besides the number."""
        return Traits(self.name_key, self.birth, self.sex)

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
