"""Which rows: QuerySets of facilities, lots and doses."""

from django.db import models
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.models import User


class FacilityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """The facilities in use where the user works today."""
        assignments = user.facility_assignments.in_force(timezone.localdate())
        return self.filter(is_active=True, pk__in=assignments.values("facility"))


class LotQuerySet(models.QuerySet):
    def usable(self) -> "LotQuerySet":
        """Lots in use of vaccines in use."""
        return self.filter(is_active=True, vaccine__is_active=True)


class DoseQuerySet(models.QuerySet):
    def valid(self) -> "DoseQuerySet":
        """Doses that count: not voided."""
        return self.filter(voided_at=None)

    def visible_to(self, user: User) -> "DoseQuerySet":
        """Doses given where the user works, and those of the people whom the user may find."""
        if user.has_role(NATIONAL):
            return self
        given_here = self.filter(
            facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility")
        )
        return given_here | self.filter(resident__in=Resident.objects.visible_to(user))
