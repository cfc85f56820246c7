"""What was mended of a person's facts with the slip in hand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from residents.fields import CitizenIdField
from vaccinations.desk.querysets import MendQuerySet
from vaccinations.models.doses import Dose
from vaccinations.models.places import Facility
from vaxreg.models import User


class Mend(models.Model):
    """A name or phone that a desk had wrong, mended at a facility. Before and after are in the audit trail, once."""

    class Fact(models.TextChoices):
        FULL_NAME = "full_name", _("full name")
        PHONE = "phone", _("phone")

    resident = CitizenIdField(_("person"))
    # References to a dose by its id alone cannot be foreign keys on several machines.
    dose = models.ForeignKey(Dose, models.PROTECT, verbose_name=_("dose"), related_name="mends", db_constraint=False)
    facility = models.ForeignKey(Facility, models.PROTECT, verbose_name=_("facility"), related_name="+", db_index=False)
    facts = ArrayField(models.CharField(max_length=10, choices=Fact), verbose_name=_("facts"))
    reason = models.CharField(_("reason"), max_length=250)
    card_seen = models.BooleanField(_("card seen"), default=False)
    mended_by = models.ForeignKey(
        User, models.PROTECT, null=True, verbose_name=_("mended by"), related_name="+", db_index=False
    )
    mended_at = models.DateTimeField(_("mended at"), db_default=Now())

    objects = MendQuerySet.as_manager()

    class Meta:
        verbose_name = _("mend")
        verbose_name_plural = _("mends")
        constraints = [
            models.CheckConstraint(
                condition=Q(facts__len__gte=1) & ~Q(reason=""),
                name="mend_of_something_with_a_reason",
                violation_error_message=_("A mend changes something, for a reason."),
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(str(self.Fact(fact).label) for fact in self.facts)
