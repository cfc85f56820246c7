"""Which rows: QuerySets of rules, facilities, lots, doses, slips and imports."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.dated import DatedQuerySet
from vaxreg.models import User
from vaxreg.roles import Role

# How the codes of the placeholders begin that imported doses of unknown facilities go to.
UNKNOWN_FACILITY = "unknown-"


class CourseRuleQuerySet(DatedQuerySet):
    def applying(self, vaccine: models.Model, on: date) -> "CourseRuleQuerySet":
        """The vaccine's rules in force on that day, the one that came into force last first."""
        return self.filter(vaccine=vaccine).in_force(on).order_by(F("in_force_from").desc(nulls_last=True))


class FacilityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """The facilities in use where the user works today."""
        assignments = user.facility_assignments.in_force(timezone.localdate())
        return self.filter(is_active=True, pk__in=assignments.values("facility"))

    def importable_by(self, user: User, dose_import: models.Model) -> "FacilityQuerySet":
        """The facilities that the rows of the user's import can be of: its own, or those of its province; by name."""
        if dose_import.facility_id:
            return self.visible_to(user).filter(pk=dose_import.facility_id)
        province = dose_import.province_id
        here = self.filter(Q(unit=province) | Q(unit__parent=province))
        return here.exclude(code__startswith=UNKNOWN_FACILITY).order_by("name")


class LotQuerySet(models.QuerySet):
    def usable(self, *, besides: int | None = None) -> "LotQuerySet":
        """Lots in use of vaccines in use; and one that a record names already, whatever became of it."""
        return self.filter(Q(is_active=True, vaccine__is_active=True) | Q(pk=besides))

    def listed(self) -> "LotQuerySet":
        """With their vaccines, in the order of a list to choose from: what expires first is used first."""
        return self.select_related("vaccine").order_by(
            "vaccine__name", F("expires_on").asc(nulls_last=True), "lot_number"
        )


class DoseQuerySet(models.QuerySet):
    def valid(self) -> "DoseQuerySet":
        """Doses that count: not voided."""
        return self.filter(voided_at=None)

    def of_person(self, number: str) -> "DoseQuerySet":
        """All doses, voided ones too, under every number of the person whom the number leads to."""
        return self.filter(resident__in=Resident.objects.numbers_of(number))

    def as_history(self) -> "DoseQuerySet":
        """With all that a page says of them, in the order given; a voided dose before the one that replaces it."""
        return self.select_related("vaccine", "lot", "facility", "recorded_by", "voided_by").order_by(
            "administered_on", "dose_number", "recorded_at", "pk"
        )

    def visible_to(self, user: User) -> "DoseQuerySet":
        """Doses given where the user works, and those of the people whom the user may find."""
        if user.has_role(NATIONAL):
            return self
        given_here = self.filter(
            facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility")
        )
        return given_here | self.filter(resident__in=Resident.objects.visible_to(user))

    def correctable_by(self, user: User, on: date) -> "DoseQuerySet":
        """Doses that the user may void or replace on that day: their own of the day, and a clinic lead any given there."""
        facilities = user.facility_assignments.in_force(on).values("facility")
        here = self.filter(facility__in=facilities)
        return here if user.has_role({Role.CLINIC_LEAD}) else here.recorded_on(on).filter(recorded_by=user)

    def imported_by(self, user: User, dose_import: models.Model) -> "DoseQuerySet":
        """The doses that came with the import, if it is one that the user may see."""
        imports = type(dose_import).objects.visible_to(user).filter(pk=dose_import.pk)
        return self.filter(dose_import__in=imports)

    def recorded_on(self, day: date) -> "DoseQuerySet":
        """Doses recorded on that local day, whenever they were given."""
        begin = timezone.make_aware(datetime.combine(day, time.min))
        return self.filter(recorded_at__gte=begin, recorded_at__lt=begin + timedelta(days=1))

    def day_list(self, user: User, facility: models.Model, day: date) -> "DoseQuerySet":
        """What the clerk, or for a clinic lead everybody, recorded at the facility's desk on that day; the latest first."""
        listed = self.filter(facility=facility, dose_import=None).recorded_on(day)
        if not user.has_role({Role.CLINIC_LEAD}):
            listed = listed.filter(recorded_by=user)
        return listed.select_related("resident", "vaccine", "recorded_by").order_by("-recorded_at", "-pk")


class SlipQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "SlipQuerySet":
        """Slips of the doses that the user may see."""
        return self.filter(dose__in=self.model._meta.get_field("dose").related_model.objects.visible_to(user))

    def with_dose(self) -> "SlipQuerySet":
        """With all that is printed on them."""
        return self.select_related(
            "dose__vaccine", "dose__lot", "dose__facility", "dose__resident__superseded_by", "dose__recorded_by"
        )


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
