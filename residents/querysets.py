"""Which rows: QuerySets of the registry."""

from datetime import date

from django.db import models
from django.db.models import Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from vaxreg.dated import DatedQuerySet
from vaxreg.models import User
from vaxreg.roles import Role

# Whom these roles may see is not bound to an area.
NATIONAL = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


class UnitQuerySet(DatedQuerySet):
    def provinces(self) -> "UnitQuerySet":
        return self.filter(level="province")

    def wards(self) -> "UnitQuerySet":
        return self.filter(level="ward")

    def of(self, user: User, on: date) -> "UnitQuerySet":
        """The units that the user is assigned to on that day."""
        assignments = user.area_assignments.in_force(on)
        return self.filter(pk__in=assignments.values("unit"))

    def inside(self, user: User, on: date) -> "UnitQuerySet":
        """The units of the user's areas on that day, with the wards in them, whatever roles they hold."""
        own = self.model.objects.of(user, on)
        return self.in_force(on).filter(Q(pk__in=own) | Q(parent__in=own))

    def searchable_by(self, user: User, on: date) -> "UnitQuerySet":
        """The units by which the user may narrow a search: their own with the wards in them, or all provinces."""
        if user.has_role(NATIONAL):
            return self.provinces().in_force(on)
        return self.inside(user, on)


class ResidentQuerySet(models.QuerySet):
    def by_number(self, number: str) -> "ResidentQuerySet":
        """The person whom the number leads to, be it current or superseded: at most one row, one index look-up more."""
        return self.filter(pk=self._leads_to(number))

    def numbers_of(self, number: str) -> "ResidentQuerySet":
        """All numbers of the person whom the number leads to, the current one among them; none for an unknown number.

        As a list, or inside a query: `doses.filter(resident__in=Resident.objects.numbers_of(number))`.
        """
        current = self._leads_to(number)
        return self.filter(Q(pk=current) | Q(superseded_by=current)).values_list("pk", flat=True)

    def _leads_to(self, number: str) -> Coalesce:
        followed = self.model.objects.filter(pk=number).values("superseded_by")
        return Coalesce(Subquery(followed), Value(number))

    def current(self) -> "ResidentQuerySet":
        """People, each once: without the rows that are aliases of another number."""
        return self.filter(superseded_by=None)

    def carrying(self, phone: str) -> "ResidentQuerySet":
        """The people who have this phone number, each once; nobody for an empty one."""
        return self.current().filter(phone=phone).exclude(phone="")

    def visible_to(self, user: User) -> "ResidentQuerySet":
        """People whom the user may find by name or phone: those of the areas assigned today."""
        return self if user.has_role(NATIONAL) else self.in_areas_of(user)

    def in_areas_of(self, user: User) -> "ResidentQuerySet":
        """People of the areas assigned to the user today, whatever roles they hold."""
        areas = self.model._meta.get_field("province").related_model.objects.of(user, timezone.localdate())
        return self.filter(Q(province__in=areas) | Q(ward__in=areas))
