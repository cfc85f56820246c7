"""What sheets call things: headings of a province, and names of facilities and vaccines."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaccinations.models.places import Facility
from vaccinations.models.vaccines import Vaccine


class RememberedHeading(models.Model):
    """What a heading means in a province's sheets, as somebody there said once."""

    province = models.ForeignKey(Unit, models.CASCADE, null=True, verbose_name=_("province"), related_name="+")
    heading = models.CharField(_("heading"), max_length=200)
    field = models.CharField(_("field"), max_length=16, blank=True)
    dose = models.PositiveSmallIntegerField(_("dose"), default=0)

    class Meta:
        verbose_name = _("remembered heading")
        verbose_name_plural = _("remembered headings")
        constraints = [
            models.UniqueConstraint(fields=["province", "heading"], name="rememberedheading_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.heading


class FacilityAlias(models.Model):
    """A name by which a province's sheets call a facility. `name` is folded: what it is looked up by."""

    province = models.ForeignKey(Unit, models.CASCADE, verbose_name=_("province"), related_name="+")
    name = models.CharField(_("name in sheets"), max_length=200)
    facility = models.ForeignKey(Facility, models.CASCADE, verbose_name=_("facility"), related_name="aliases")

    class Meta:
        verbose_name = _("name of a facility in sheets")
        verbose_name_plural = _("names of facilities in sheets")
        constraints = [models.UniqueConstraint(fields=["province", "name"], name="facilityalias_once")]

    def __str__(self) -> str:
        return self.name


class VaccineAlias(models.Model):
    """A name by which sheets call a vaccine. Its `key`, small letters and digits alone, is what it is looked up by."""

    name = models.CharField(_("name in sheets"), max_length=80)
    key = models.GeneratedField(
        expression=Func(
            Func(F("name"), function="residents_fold"),
            Value("[^a-z0-9]"),
            Value(""),
            Value("g"),
            function="regexp_replace",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    vaccine = models.ForeignKey(Vaccine, models.CASCADE, verbose_name=_("vaccine"), related_name="aliases")

    class Meta:
        verbose_name = _("name of a vaccine in sheets")
        verbose_name_plural = _("names of vaccines in sheets")
        ordering = ["vaccine", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="vaccinealias_once",
                violation_error_message=_("This name is there already: accents, signs and spaces do not count."),
            ),
            models.CheckConstraint(
                condition=~Q(key=""),
                name="vaccinealias_has_letters",
                violation_error_message=_("The name needs a letter or a digit."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
