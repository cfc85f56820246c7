"""Somebody came to be vaccinated: whether they still wait, were given a dose, or were not."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.models import Resident
from vaccinations.desk.querysets import VisitQuerySet
from vaccinations.models.doses import Dose
from vaccinations.models.places import Facility
from vaccinations.models.sessions import Appointment
from vaxreg.models import User


class Visit(models.Model):
    """One person's visit to one facility on one day. It is answered once; undoing that is another visit.

    The database refuses every change but of the outcome's columns and those that undo it (migration).
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        GIVEN = "given", _("given")
        NOT_GIVEN = "not-given", _("not given")

    class NotGiven(models.TextChoices):
        REFUSED = "refused", _("refused the injection")
        UNWELL = "unwell", _("unwell today")
        CONTRAINDICATED = "contraindicated", _("contraindicated")
        ALREADY_HAD = "already-had", _("already had this dose")
        OTHER = "other", _("another reason")

    resident = models.ForeignKey(
        Resident, models.PROTECT, verbose_name=_("resident"), related_name="visits", db_index=False
    )
    facility = models.ForeignKey(Facility, models.PROTECT, verbose_name=_("facility"), related_name="+", db_index=False)
    visited_on = models.DateField(_("visited on"))
    # The place at a session that the person came on; None where the facility works without sessions.
    appointment = models.ForeignKey(
        Appointment, models.PROTECT, null=True, verbose_name=_("appointment"), related_name="visits"
    )
    # Not known of a visit that was typed from paper later.
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    opened_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("recorded by"), related_name="+", db_index=False
    )
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome, default=Outcome.WAITING)
    not_given_reason = models.CharField(
        _("reason for not giving"), max_length=15, choices=NotGiven, blank=True, default=""
    )
    not_given_text = models.CharField(_("in words"), max_length=250, blank=True, default="")
    # References to a dose by its id alone cannot be foreign keys on several machines.
    dose = models.ForeignKey(
        Dose, models.PROTECT, null=True, verbose_name=_("dose"), related_name="visits", db_constraint=False
    )
    closed_at = models.DateTimeField(_("answered at"), null=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("answered by"), related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("undone by"), related_name="+", db_index=False
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "facility", "visited_on"],
                condition=Q(outcome="waiting", undone_at=None),
                name="visit_open_once",
                violation_error_message=_("This person is waiting here already."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", closed_at=None, dose=None, not_given_reason="")
                | Q(outcome="given", closed_at__isnull=False, dose__isnull=False, not_given_reason="")
                | Q(outcome="not-given", closed_at__isnull=False, dose=None) & ~Q(not_given_reason=""),
                name="visit_outcome_facts",
                violation_error_message=_("A visit is waiting, has a dose, or a reason why none was given."),
            ),
            models.CheckConstraint(
                condition=~Q(not_given_reason="other") | ~Q(not_given_text=""),
                name="visit_other_reason_in_words",
                violation_error_message=_("Say the other reason in words."),
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | ~Q(outcome="given"),
                name="visit_given_not_undone",
                violation_error_message=_("A dose is voided, its visit is not undone."),
            ),
        ]
        indexes = [models.Index(fields=["facility", "visited_on", "outcome"], name="visit_by_facility_day")]

    def __str__(self) -> str:
        return _("Visit of %(date)s") % {"date": self.visited_on.strftime("%d/%m/%Y")}

    @property
    def is_waiting(self) -> bool:
        return self.outcome == self.Outcome.WAITING

    @property
    def is_given(self) -> bool:
        return self.outcome == self.Outcome.GIVEN

    @property
    def state(self) -> str:
        """What a page saw of the visit, for telling later whether somebody answered it meanwhile."""
        return f"{self.visited_on:%Y-%m-%d} {self.pk} {self.outcome}"
