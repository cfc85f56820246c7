"""Which rows: QuerySets of rules, facilities, lots, doses and slips."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
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


class ObservationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "ObservationQuerySet":
        """Observations at the facilities where the user works today."""
        return self.filter(facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility"))

    def at(self, facility: models.Model) -> "ObservationQuerySet":
        """Observations at that facility."""
        return self.filter(facility=facility)

    def sitting(self) -> "ObservationQuerySet":
        """Who has not been released, whose time is over first first; not who got no dose after all (voided, not replaced)."""
        doses = self.model._meta.get_field("dose").related_model.objects
        stands = Exists(doses.valid().filter(replaces=OuterRef("dose")))
        return self.filter(Q(dose__voided_at=None) | stands, released_at=None).order_by("ends_at", "pk")

    def for_board(self) -> "ObservationQuerySet":
        """With all that a line of the board says."""
        return self.select_related("resident", "dose__vaccine", "released_by").prefetch_related("dose__slips")


class AdverseEventQuerySet(models.QuerySet):
    def current(self) -> "AdverseEventQuerySet":
        """The latest version of each reaction."""
        return self.filter(superseded_at=None)

    def visible_to(self, user: User) -> "AdverseEventQuerySet":
        """Reactions recorded where the user works today, or inside the area of a provincial manager."""
        facilities = self.model._meta.get_field("facility").related_model.objects
        own = user.facility_assignments.in_force(timezone.localdate()).values("facility")
        area = facilities.within_area_of(user).values("pk")
        return self.filter(Q(facility__in=own) | Q(facility__in=area))

    def with_facts(self) -> "AdverseEventQuerySet":
        """With all that a page says of them, but for the person."""
        return self.select_related("dose__vaccine", "dose__lot", "facility__unit", "recorded_by")

    def listed(self, *, serious_only: bool) -> "AdverseEventQuerySet":
        """The newest first, with what a line of the list says."""
        rows = self.filter(is_serious=True) if serious_only else self
        return rows.with_facts().order_by("-recorded_at", "-pk")

    def before(self, key: tuple[datetime, int] | None) -> "AdverseEventQuerySet":
        """Those after that place in such a list; all of them where there is none."""
        if key is None:
            return self
        at, pk = key
        return self.filter(Q(recorded_at__lt=at) | Q(recorded_at=at, pk__lt=pk))

    def with_unread(self, user: User) -> "AdverseEventQuerySet":
        """Each with `is_unread`: whether the user has not opened this version yet."""
        return self.annotate(is_unread=~Exists(self._readings(user)))

    def unread_by(self, user: User) -> "AdverseEventQuerySet":
        """Those of which the user has not opened this version yet."""
        return self.filter(~Exists(self._readings(user)))

    def _readings(self, user: User) -> models.QuerySet:
        readings = self.model._meta.apps.get_model("vaccinations", "AdverseEventReading").objects
        same = {name: OuterRef(name) for name in ("resident", "event", "version")}
        return readings.filter(user=user, **same)
