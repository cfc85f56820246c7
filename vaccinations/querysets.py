"""Which rows: QuerySets of rules, facilities, lots, doses and slips."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.models import User
from vaxreg.roles import Role


class FacilityQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "FacilityQuerySet":
        """The facilities in use where the user works today."""
        assignments = user.facility_assignments.in_force(timezone.localdate())
        return self.filter(is_active=True, pk__in=assignments.values("facility"))

    def within_area_of(self, user: User) -> "FacilityQuerySet":
        """The facilities in use that lie in one of the user's units, or in a ward of one."""
        areas = user.area_assignments.in_force(timezone.localdate()).values("unit")
        return self.filter(Q(unit__in=areas) | Q(unit__parent__in=areas), is_active=True)


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


class DueDoseQuerySet(models.QuerySet):
    def due(self) -> "DueDoseQuerySet":
        """Those of whom a dose is missing."""
        return self.filter(dose_number__isnull=False)

    def at(self, facility: models.Model) -> "DueDoseQuerySet":
        """Those whose last dose was given there."""
        return self.filter(facility=facility)

    def taking(self, product: str) -> "DueDoseQuerySet":
        """Those for whom that product would count, and those for whom the schedule lays none down."""
        return self.filter(Q(products__contains=[product]) | Q(products=[]))

    def aged(self, least: int | None, most: int | None, on: date) -> "DueDoseQuerySet":
        """Those who are of these ages in years on that day, counted from the earliest day they can have been born."""
        people = Resident.objects.all()
        if least is not None:
            people = people.filter(date_of_birth__lte=_years_before(on, least))
        if most is not None:
            people = people.filter(date_of_birth__gt=_years_before(on, most + 1))
        if least is None and most is None:
            return self
        return self.filter(resident__in=people.values("pk"))

    def page(self, after: tuple[date | None, int] | None, size: int) -> tuple[list[models.Model], bool]:
        """The page that follows the place, by the day recommended and then by the row; and whether one follows it."""
        found = list(self._beyond(after, "gt").order_by("recommended_on", "id")[: size + 1])
        return found[:size], len(found) > size

    def page_before(self, before: tuple[date | None, int], size: int) -> tuple[list[models.Model], bool]:
        """The page that the place follows, in the same order; and whether one comes before it."""
        found = list(self._beyond(before, "lt").order_by("-recommended_on", "-id")[: size + 1])
        return found[:size][::-1], len(found) > size

    def _beyond(self, place: tuple[date | None, int] | None, side: str) -> "DueDoseQuerySet":
        if place is None:
            return self
        on, pk = place
        if on is None:
            return self.filter(**{f"id__{side}": pk})
        return self.filter(Q(**{f"recommended_on__{side}": on}) | Q(recommended_on=on, **{f"id__{side}": pk}))


def _years_before(day: date, years: int) -> date:
    """The latest birthday of somebody who is that many years old; 28 February for one of 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
