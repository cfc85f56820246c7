"""Which rows: QuerySets of imports and the doses of their sheets."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vaxreg.models import User
from vaxreg.roles import Role


class DoseImportQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "DoseImportQuerySet":
        """The imports of the provinces that the user manages today, and of the facilities that the user leads."""
        today, seen = timezone.localdate(), Q(pk__in=[])
        if user.has_role({Role.PROVINCIAL_MANAGER}):
            seen |= Q(province__in=user.area_assignments.in_force(today).values("unit"))
        if user.has_role({Role.CLINIC_LEAD}):
            seen |= Q(facility__in=user.facility_assignments.in_force(today).values("facility"))
        return self.filter(seen)


class SheetDoseQuerySet(models.QuerySet):
    def accepted(self) -> "SheetDoseQuerySet":
        """The doses that a commit adds: new, and not held back."""
        return self.filter(outcome="new", is_held=False)
