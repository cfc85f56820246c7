"""What was decided of two valid doses of one number, which a person has under two numbers of theirs."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from vaccinations.models.doses import Dose
from vaxreg.models import User


class ConflictDecisionQuerySet(models.QuerySet):
    def standing(self) -> "ConflictDecisionQuerySet":
        """Those that were not undone."""
        return self.filter(undone_at=None)


class ConflictDecision(models.Model):
    """Of two doses of one number, `kept` stays as it is. `other` was voided; or given another number: `replacement`.

    The conflict itself is kept nowhere: it is read from the doses (DoseQuerySet.in_conflict). Nothing of a decision
    changes but the columns that undo it (vaccinations.clinic_guards).
    """

    class Verdict(models.TextChoices):
        ONE = "one", _("one dose, recorded twice")
        BOTH = "both", _("two doses, one wrongly numbered")

    # The number that the changed dose was written under.
    resident = CitizenIdField(_("person"))
    # References to a dose by its id alone cannot be foreign keys on several machines.
    kept = models.ForeignKey(
        Dose, models.PROTECT, verbose_name=_("dose that counts"), related_name="+", db_constraint=False, db_index=False
    )
    other = models.ForeignKey(
        Dose, models.PROTECT, verbose_name=_("other dose"), related_name="+", db_constraint=False, db_index=False
    )
    replacement = models.ForeignKey(
        Dose,
        models.PROTECT,
        null=True,
        verbose_name=_("renumbered dose"),
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    verdict = models.CharField(_("decision"), max_length=4, choices=Verdict)
    reason = models.CharField(_("reason"), max_length=250)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("decided by"), related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(_("decided at"), db_default=Now())
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("undone by"), related_name="+", db_index=False
    )
    undo_reason = models.CharField(_("reason for undoing"), max_length=250, blank=True, default="")

    objects = ConflictDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on doses of one number")
        verbose_name_plural = _("decisions on doses of one number")
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "other"], condition=Q(undone_at=None), name="conflictdecision_stands_once"
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(kept=F("other")), name="conflictdecision_of_two"),
            models.CheckConstraint(
                condition=Q(verdict="one", replacement=None) | Q(verdict="both", replacement__isnull=False),
                name="conflictdecision_replacement",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undo_reason="") | Q(undone_at__isnull=False) & ~Q(undo_reason=""),
                name="conflictdecision_undo_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_verdict_display())
