"""Which rows: QuerySets of visits to the desk, and of mends."""

from datetime import date

from django.db import models
from django.utils import timezone

from residents.models import Resident
from vaxreg.models import User


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "VisitQuerySet":
        """Visits to the facilities where the user works today."""
        return self.filter(facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility"))

    def at(self, facility: models.Model, day: date) -> "VisitQuerySet":
        """Visits to the facility on that day, without those that were undone."""
        return self.filter(facility=facility, visited_on=day, undone_at=None)

    def waiting(self) -> "VisitQuerySet":
        """Whom nobody has answered yet, whoever came first first."""
        return self.filter(outcome="waiting").order_by("arrived_at", "pk")

    def not_given(self) -> "VisitQuerySet":
        """Who went without a dose, the latest first."""
        return self.filter(outcome="not-given").order_by("-closed_at", "-pk")

    def of_person(self, number: str) -> "VisitQuerySet":
        """The visits under every number of the person whom the number leads to, the latest first."""
        return self.filter(resident__in=Resident.objects.numbers_of(number)).order_by("-pk")


class MendQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "MendQuerySet":
        """Mends made where the user works today."""
        return self.filter(facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility"))
