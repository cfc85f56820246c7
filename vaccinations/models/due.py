"""Which dose a person should get next: worked out by the engine, kept so that lists need not work it out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from vaccinations.due.querysets import DueDoseQuerySet
from vaccinations.models.places import Facility
from vaccinations.models.rule_tables import SeriesDose


class DueDose(models.Model):
    """Where a person stands in the schedule, one row a person, under their present number.

    Never written but by vaccinations.due.services: it can be made again from the doses at any time. Where no dose is due
    (complete, aged out) the number is empty; where no rule in force lays a day down for the dose due, the days are.
    """

    Course = SeriesDose.Course

    resident = CitizenIdField(_("person"), unique=True)
    dose_number = models.PositiveSmallIntegerField(_("dose number"), null=True)
    course = models.CharField(_("kind of dose"), max_length=10, choices=Course, blank=True, default="")
    # Before it the dose would not count.
    earliest_on = models.DateField(_("earliest on"), null=True)
    recommended_on = models.DateField(_("recommended on"), null=True)
    # The last day of the recommendation, where the schedule lays one down.
    past_due_on = models.DateField(_("past due on"), null=True)
    # Codes of vaccines, those recommended first; empty: the schedule lays no product down.
    products = ArrayField(models.CharField(max_length=50), verbose_name=_("products"), default=list)
    # Of basic, additional and booster those of which no dose is missing.
    completed_courses = ArrayField(models.CharField(max_length=10), verbose_name=_("courses complete"), default=list)
    status = models.CharField(_("status of the series"), max_length=20)
    # Where the last dose was given; nobody's list before the first.
    facility = models.ForeignKey(
        Facility,
        models.PROTECT,
        null=True,
        verbose_name=_("facility of the last dose"),
        related_name="+",
        db_index=False,
    )
    # What it was worked out by and when, and the first day on which it may come out otherwise.
    rules_version = models.UUIDField(_("version of the rules"), null=True)
    computed_on = models.DateField(_("worked out on"))
    recheck_on = models.DateField(_("to be worked out again on"), null=True)

    objects = DueDoseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dose due")
        verbose_name_plural = _("doses due")
        constraints = [
            models.CheckConstraint(
                condition=Q(dose_number=None, earliest_on=None, recommended_on=None, past_due_on=None)
                | Q(dose_number__isnull=False, earliest_on=None, recommended_on=None, past_due_on=None)
                | Q(dose_number__isnull=False, recommended_on__isnull=False, recommended_on__gte=F("earliest_on")),
                name="duedose_days_of_a_dose",
            ),
            models.CheckConstraint(
                condition=Q(past_due_on=None) | Q(past_due_on__gte=F("earliest_on")),
                name="duedose_past_due_after_earliest",
            ),
        ]
        indexes = [
            # A facility's list by day, and its pages: (day, id) names no person in an address.
            models.Index(
                fields=["facility", "recommended_on", "id"],
                name="duedose_by_facility",
                condition=Q(dose_number__isnull=False),
            ),
            models.Index(fields=["recheck_on"], name="duedose_to_recheck", condition=Q(recheck_on__isnull=False)),
            models.Index(fields=["rules_version"], name="duedose_by_rules"),
        ]

    def __str__(self) -> str:
        # Never the number: this text reaches titles and logs.
        return str(self.recommended_on or "–")
