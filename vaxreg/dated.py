"""Reference data with dates in force: a row is never rewritten once in force, it ends and a successor starts."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class DatedQuerySet(models.QuerySet):
    def in_force(self, on: date) -> "DatedQuerySet":
        """The rows in force on that day; an empty date is an open end."""
        begun = Q(in_force_from=None) | Q(in_force_from__lte=on)
        return self.filter(begun).exclude(in_force_until__lt=on)


class Dated(models.Model):
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    in_force_until = models.DateField(_("in force until"), null=True, blank=True, help_text=_("Last day in force."))

    class Meta:
        abstract = True

    def is_in_force(self, on: date) -> bool:
        begun = self.in_force_from is None or self.in_force_from <= on
        return begun and (self.in_force_until is None or on <= self.in_force_until)


def dates_in_order(name: str) -> models.CheckConstraint:
    """The constraint that every Dated table carries, under a name of its own."""
    return models.CheckConstraint(
        condition=Q(in_force_until=None) | Q(in_force_from=None) | Q(in_force_until__gte=F("in_force_from")),
        name=name,
        violation_error_message=_("The last day in force is before the first."),
    )
