"""The resident registry, keyed by citizen ID, and the administrative units."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.birth import Birth, Precision
from residents.citizen_id import NUMBER_PATTERN
from residents.citizen_id import grouped as grouped_number
from residents.duplicate_models import DuplicatePair, DuplicateSearch, GivenName
from residents.fields import CitizenIdField
from residents.merge_models import Merge
from residents.querysets import ResidentQuerySet, UnitQuerySet
from residents.sameness import Traits
from vaxreg.dated import Dated, DatedQuerySet, dates_in_order
from vaxreg.language import named
from vaxreg.models import AuditEntry, User

__all__ = ["AreaAssignment", "DuplicatePair", "DuplicateSearch", "GivenName", "Merge", "Resident", "Unit"]


class Unit(Dated):
    """A province or ward as it was in force: a code alone does not say which, for codes were used again in July 2025."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province or city")
        WARD = "ward", _("ward, commune or special zone")

    class Kind(models.TextChoices):
        CITY = "city", pgettext_lazy("kind of unit", "city")
        PROVINCE = "province", pgettext_lazy("kind of unit", "province")
        WARD = "ward", pgettext_lazy("kind of unit", "ward")
        COMMUNE = "commune", pgettext_lazy("kind of unit", "commune")
        SPECIAL_ZONE = "special_zone", pgettext_lazy("kind of unit", "special zone")

    code = models.CharField(_("code"), max_length=5)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("province"), related_name="wards"
    )
    cccd_prefix = models.CharField(_("prefix of citizen IDs"), max_length=3, blank=True, default="")
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("successor"), related_name="predecessors"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")
        ordering = ["code", "in_force_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "in_force_from"], name="unit_once_a_period", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(level="province", parent=None) | Q(level="ward", parent__isnull=False),
                name="unit_ward_in_province",
                violation_error_message=_("A ward lies in a province; a province lies in none."),
            ),
            dates_in_order("unit_dates_in_order"),
        ]

    def __str__(self) -> str:
        return named(self)


class Resident(models.Model):
    """A person, under one number for ever. A corrected number is a new row; the old row then leads to it (`superseded_by`)."""

    class Sex(models.TextChoices):
        MALE = "M", _("Male")
        FEMALE = "F", _("Female")
        UNKNOWN = "", _("Unknown")

    class Source(models.TextChoices):
        POPULATION = "population", _("population database")
        CHECKPOINT = "checkpoint", _("checkpoint desk")
        CLINIC = "clinic", _("clinic desk")
        IMPORT = "import", _("provincial sheet")
        DEMONSTRATION = "demo", _("demonstration")

    citizen_id = CitizenIdField(_("citizen ID"), primary_key=True)
    full_name = models.CharField(_("full name"), max_length=150)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    birth_precision = models.CharField(
        _("precision of the date of birth"),
        max_length=1,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True, default="", db_default="")
    phone = models.CharField(_("phone"), max_length=15, blank=True, default="", db_default="", db_collation="C")
    province = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name=_("province"), related_name="+", db_index=False
    )
    ward = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, verbose_name=_("ward"), related_name="+", db_index=False
    )
    address = models.CharField(_("address"), max_length=250, blank=True, default="", db_default="")
    source = models.CharField(_("source"), max_length=12, choices=Source)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)
    verified_at = models.DateTimeField(_("card seen at"), null=True, blank=True, editable=False)
    # No foreign key in the database: a reference that is not by the row's own number cannot be kept on several machines.
    superseded_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("superseded by"),
        related_name="aliases",
        db_constraint=False,
        db_index=False,
    )
    folded_name = models.GeneratedField(
        expression=Func(F("full_name"), function="residents_fold"),
        # Longer than the name: taken apart, a Korean syllable becomes up to three characters.
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    name_key = models.GeneratedField(
        expression=Func(F("full_name"), function="residents_name_key"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    # A warning kept with the record, never a refusal: 'sex', 'birth_year' or both, where the number says otherwise.
    contradictions = models.GeneratedField(
        expression=Func(F("citizen_id"), F("sex"), F("date_of_birth"), function="residents_contradictions"),
        output_field=models.CharField(max_length=20),
        db_persist=True,
    )

    objects = ResidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("resident")
        verbose_name_plural = _("residents")
        constraints = [
            models.CheckConstraint(
                condition=Q(citizen_id__regex=NUMBER_PATTERN),
                name="resident_number_form",
                violation_error_message=_("The number has none of the three forms."),
            ),
            models.CheckConstraint(
                condition=~Q(full_name=""), name="resident_named", violation_error_message=_("A name is needed.")
            ),
            models.CheckConstraint(
                condition=Q(date_of_birth=None, birth_precision="U")
                | Q(date_of_birth__isnull=False, birth_precision="D")
                # Without "not null" a missing date would make these neither true nor false, and that passes a constraint.
                | Q(date_of_birth__isnull=False, date_of_birth__day=1, birth_precision="M")
                | Q(date_of_birth__isnull=False, date_of_birth__day=1, date_of_birth__month=1, birth_precision="Y"),
                name="resident_birth_precision",
                violation_error_message=_("The date of birth and its precision do not fit."),
            ),
            models.CheckConstraint(
                condition=Q(sex__in=["M", "F", ""]),
                name="resident_sex",
                violation_error_message=_("Unknown code for sex."),
            ),
            models.CheckConstraint(
                condition=Q(superseded_by=None) | ~Q(superseded_by=F("citizen_id")),
                name="resident_not_own_alias",
                violation_error_message=_("A number cannot supersede itself."),
            ),
        ]
        indexes = [
            # Whole names in any order of words, then prefixes, then single words: 0.3 ms, 0.3 ms and 31 ms at 10 million.
            models.Index(fields=["name_key", "date_of_birth"], name="resident_name_key"),
            models.Index(fields=["folded_name"], name="resident_folded_name"),
            GinIndex(SearchVector("folded_name", config="simple"), name="resident_name_words"),
            models.Index(fields=["phone"], name="resident_phone", condition=~Q(phone="")),
            models.Index(fields=["superseded_by"], name="resident_aliases", condition=Q(superseded_by__isnull=False)),
        ]

    def __str__(self) -> str:
        # Never the number: this text reaches titles and logs.
        return self.full_name

    @property
    def birth(self) -> Birth:
        return Birth(self.date_of_birth, self.birth_precision)

    @birth.setter
    def birth(self, birth: Birth) -> None:
        self.date_of_birth, self.birth_precision = birth.earliest, birth.precision

    @property
    def grouped_number(self) -> str:
        return grouped_number(self.citizen_id)

    @property
    def is_alias(self) -> bool:
        return self.superseded_by_id is not None

    @property
    def numbers(self) -> list[str]:
        """Every number the person has or had: what doses, declarations and passages are to be read for. One query."""
        return list(Resident.objects.numbers_of(self.pk))

    @property
    def history(self) -> QuerySet[AuditEntry]:
        """What was done to, and who looked at, the person under any of their numbers; newest first."""
        return AuditEntry.objects.filter(resident__in=self.numbers).select_related("user").order_by("-at")

    @property
    def warnings(self) -> list[str]:
        """What the number says otherwise: of 'sex' and 'birth_year'."""
        return self.contradictions.split()

    @property
    def traits(self) -> Traits:
        """What tells the person from others besides the number."""
        return Traits(self.name_key, self.birth, self.sex)


class AreaAssignment(Dated):
    """A member of staff works for this province or ward: whom lists and searches show."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("user"), related_name="area_assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name=_("administrative unit"), related_name="+")

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = _("area assignment")
        verbose_name_plural = _("area assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit", "in_force_from"], name="areaassignment_once_a_period", nulls_distinct=False
            ),
            dates_in_order("areaassignment_dates_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.unit}"
