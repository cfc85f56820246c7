"""Which rows: QuerySets of rules, facilities, lots, doses and slips."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.dated import DatedQuerySet
from vaxreg.models import User
from vaxreg.roles import Role


class CourseRuleQuerySet(DatedQuerySet):
    def applying(self, vaccine: models.Model, on: date) -> "CourseRuleQuerySet":
        """The vaccine's rules in force on that day, the one that came into force last first."""
        return self.filter(vaccine=vaccine).in_force(on).order_by(F("in_force_from").desc(nulls_last=True))


class FacilityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """The facilities in use where the user works today."""
        assignments = user.facility_assignments.in_force(timezone.localdate())
        return self.filter(is_active=True, pk__in=assignments.values("facility"))

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


class LotQuerySet(models.QuerySet):
    def usable(self, *, besides: int | None = None) -> "LotQuerySet":
        """Lots in use of vaccines in use; and one that a record names already, whatever became of it."""
        return self.filter(Q(is_active=True, vaccine__is_active=True) | Q(pk=besides))

    def listed(self) -> "LotQuerySet":
        """With their vaccines, in the order of a list to choose from: what expires first is used first."""
        return self.select_related("vaccine").order_by(
            "vaccine__name", F("expires_on").asc(nulls_last=True), "lot_number"
        )

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

    def at(self, facility: models.Model) -> "LotQuerySet":
        """The usable lots of the facility's ledger, or all (`is_here` False) where it has none of them.

        Left out are recalled ones, and those of which the last evening's sheet counted none and nothing came since:
        within a day no lot goes from the list while somebody holds its last vial.
        """
        entries = self.model._meta.get_field("stock_entries").related_model.objects.filter(facility=facility)
        lines = self.model._meta.get_field("closed_lines").related_model.objects.filter(close__facility=facility)
        came_since = entries.filter(lot=OuterRef("lot"), id__gt=OuterRef("close__last_entry"), doses__gt=0)
        found_since = lines.filter(lot=OuterRef("lot"), close__day__gt=OuterRef("close__day"), counted__gt=0)
        used_up = lines.filter(~Exists(came_since), ~Exists(found_since), counted=0)
        is_here = Q(pk__in=entries.values("lot")) & ~Q(pk__in=used_up.values("lot"))
        lots = self.usable().filter(recalled_at=None)
        return lots.annotate(is_here=is_here).filter(Q(is_here=True) | ~Exists(lots.filter(is_here)))


class DoseQuerySet(models.QuerySet):
    def valid(self) -> "DoseQuerySet":
        """Doses that count: not voided."""
        return self.filter(voided_at=None)

    def in_ledgers(self) -> "DoseQuerySet":
        """Valid doses that a facility's stock ledger counts as given: of a known lot, and not from before it began."""
        facilities = self.model._meta.get_field("facility").related_model
        ledgers = facilities._meta.get_field("ledger").related_model.objects
        begun = ledgers.filter(facility=OuterRef("facility"), begun_on__lte=OuterRef("administered_on"))
        # Not by way of the facility: joined for each of a million doses, it takes a third of the time.
        return self.valid().filter(Exists(begun), lot__isnull=False)

    def of_recalled_lots(self) -> "DoseQuerySet":
        """Valid doses of lots that are recalled now: what certificates are flagged by."""
        return self.valid().filter(lot__recalled_at__isnull=False)

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

    def recorded_on(self, day: date) -> "DoseQuerySet":
        """Doses recorded on that local day, whenever they were given."""
        begin = timezone.make_aware(datetime.combine(day, time.min))
        return self.filter(recorded_at__gte=begin, recorded_at__lt=begin + timedelta(days=1))

    def day_list(self, user: User, facility: models.Model, day: date) -> "DoseQuerySet":
        """What the clerk, or for a clinic lead everybody, recorded at the facility on that day; the latest first."""
        listed = self.filter(facility=facility).recorded_on(day)
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
