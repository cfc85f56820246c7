"""Which rows: QuerySets of rules, facilities, lots, doses, slips and imports."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from residents.models import Resident
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
        return here.exclude(code__startswith=UNKNOWN_FACILITY).order_by("name")

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

    def in_conflict(self) -> "DoseQuerySet":
        """Of each two or more valid doses of one number that a person has under different numbers of theirs, one dose.

        Wherever they come from: numbers corrected, records merged, sheets. Read from the doses, by way of the old
        numbers, so it costs what there are of these. The person is `recipient`, the others are `rivals_of(dose)`.
        """
        same, present = {"dose_number": OuterRef("dose_number")}, OuterRef("resident__superseded_by")
        valid = self.model.objects.valid().filter(**same)
        under_old = valid.filter(resident__superseded_by=present).exclude(pk=OuterRef("pk"))
        doses = self.valid().filter(resident__superseded_by__isnull=False)
        doses = doses.filter(Exists(valid.filter(resident=present)) | Exists(under_old))
        return doses.filter(~Exists(under_old.filter(pk__lt=OuterRef("pk"))))

    def rivals_of(self, dose: models.Model) -> "DoseQuerySet":
        """The other valid doses of the same number of the same person."""
        return self.of_person(dose.resident_id).valid().filter(dose_number=dose.dose_number).exclude(pk=dose.pk)

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
        # Under an old number too, whatever that row says of where the person lives.
        present = Coalesce(OuterRef("resident__superseded_by"), OuterRef("resident"))
        return given_here | self.filter(Exists(Resident.objects.visible_to(user).filter(pk=present)))

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
