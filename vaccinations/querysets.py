"""Which rows: QuerySets of facilities and lots, which every room asks. Those of a room are in the room."""

from datetime import date

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from residents.querysets import NATIONAL
from vaxreg.models import User
from vaxreg.roles import Role

# How the codes of the placeholders begin that imported doses of unknown facilities go to.
UNKNOWN_FACILITY = "unknown-"


class FacilityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """The facilities in use where the user works today."""
        assignments = user.facility_assignments.in_force(timezone.localdate())
        return self.filter(is_active=True, pk__in=assignments.values("facility"))

    def exportable_by(self, user: User) -> "FacilityQuerySet":
        """The facilities whose doses the user may export: a clinic lead's own, a manager's inside the area."""
        today, theirs = timezone.localdate(), Q(pk=None)
        if Role.CLINIC_LEAD in user.role_codes:
            theirs |= Q(pk__in=user.facility_assignments.in_force(today).values("facility"))
        if Role.PROVINCIAL_MANAGER in user.role_codes:
            areas = user.area_assignments.in_force(today).values("unit")
            theirs |= Q(unit__in=areas) | Q(unit__parent__in=areas)
        return self.filter(theirs)

    def within_area_of(self, user: User) -> "FacilityQuerySet":
        """The facilities inside the areas where a provincial manager works today, closed ones too; all for national roles."""
        if user.has_role(NATIONAL):
            return self.all()
        if not user.has_role({Role.PROVINCIAL_MANAGER}):
            return self.none()
        areas = user.area_assignments.in_force(timezone.localdate()).values("unit")
        return self.filter(Q(unit__in=areas) | Q(unit__parent__in=areas))

    def beside(self, facility: models.Model) -> "FacilityQuerySet":
        """The other facilities in use in the same province: where doses may be sent."""
        province = facility.unit.parent_id or facility.unit_id
        return self.filter(Q(unit=province) | Q(unit__parent=province), is_active=True).exclude(pk=facility.pk)

    def in_province(self, province: models.Model) -> "FacilityQuerySet":
        """The facilities in use in the province or in a ward of it."""
        return self.filter(Q(unit=province) | Q(unit__parent=province), is_active=True)

    def importable_by(self, user: User, dose_import: models.Model) -> "FacilityQuerySet":
        """The facilities that the rows of the user's import can be of: its own, or those of its province; by name."""
        if dose_import.facility_id:
            return self.visible_to(user).filter(pk=dose_import.facility_id)
        province = dose_import.province_id
        here = self.filter(Q(unit=province) | Q(unit__parent=province))
        return here.named().order_by("name")

    def named(self) -> "FacilityQuerySet":
        """Without the placeholders to which imported doses of unknown facilities go."""
        return self.exclude(code__startswith=UNKNOWN_FACILITY)

    def after(self, code: str) -> "FacilityQuerySet":
        """By code, with their units; those after that code, for a list that goes on."""
        return self.filter(code__gt=code).select_related("unit").order_by("code")


class LotQuerySet(models.QuerySet):
    def usable(self, *, besides: int | None = None) -> "LotQuerySet":
        """Lots in use of vaccines in use; and one that a record names already, whatever became of it."""
        return self.filter(Q(is_active=True, vaccine__is_active=True) | Q(pk=besides))

    def listed(self) -> "LotQuerySet":
        """With their vaccines, in the order of a list to choose from: what expires first is used first."""
        return self.select_related("vaccine").order_by(
            "vaccine__name", F("expires_on").asc(nulls_last=True), "lot_number"
        )

    def recalled(self) -> "LotQuerySet":
        """Lots that are recalled now."""
        return self.filter(recalled_at__isnull=False)

    def numbered(self, text: str) -> "LotQuerySet":
        """Lots whose number begins so, in either letter case; the one registered last first."""
        return self.filter(lot_number__istartswith=text).select_related("vaccine").order_by("-pk")

    def older_than(self, key: int | None) -> "LotQuerySet":
        """The lots after that one in such a list."""
        return self.filter(pk__lt=key) if key else self

    def with_usable_until(self, on: date) -> "LotQuerySet":
        """Each with `usable_until_then`: the last day of use by the extension in force on that day, else by the box."""
        extensions = self.model._meta.get_field("extensions").related_model.objects
        latest = extensions.filter(lot=OuterRef("pk"), in_force_from__lte=on).order_by("-in_force_from", "-id")
        return self.annotate(usable_until_then=Coalesce(Subquery(latest.values("usable_until")[:1]), F("expires_on")))

    def with_is_here(self, facility: models.Model) -> "LotQuerySet":
        """Each with `is_here`: it is in the facility's ledger, and not used up.

        Used up are those of which the last evening's sheet counted none and nothing came since: within a day no lot
        goes from the list while somebody holds its last vial.
        """
        entries = self.model._meta.get_field("stock_entries").related_model.objects.filter(facility=facility)
        lines = self.model._meta.get_field("closed_lines").related_model.objects.filter(close__facility=facility)
        came_since = entries.filter(lot=OuterRef("lot"), id__gt=OuterRef("close__last_entry"), doses__gt=0)
        found_since = lines.filter(lot=OuterRef("lot"), close__day__gt=OuterRef("close__day"), counted__gt=0)
        used_up = lines.filter(~Exists(came_since), ~Exists(found_since), counted=0)
        is_here = Q(pk__in=entries.values("lot")) & ~Q(pk__in=used_up.values("lot"))
        return self.annotate(is_here=is_here)

    def at(self, facility: models.Model) -> "LotQuerySet":
        """The usable lots of the facility, not recalled; or all such lots (`is_here` False) where it has none of them."""
        lots = self.usable().filter(recalled_at=None).with_is_here(facility)
        return lots.filter(Q(is_here=True) | ~Exists(lots.filter(is_here=True)))

    def to_choose_at(self, facility: models.Model, on: date, *, besides: int | None = None) -> "LotQuerySet":
        """What a record of a dose may name, as on that day: the facility's lots first, then all others, recalled ones too.

        A dose that was given is recorded, with a reason where its lot should not have been used.
        """
        lots = self.usable(besides=besides).with_is_here(facility).with_usable_until(on).select_related("vaccine")
        soonest = F("usable_until_then").asc(nulls_last=True)
        return lots.order_by("-is_here", "vaccine__name", soonest, "lot_number")
