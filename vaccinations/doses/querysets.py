"""Which rows: QuerySets of doses and their slips."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.models import User
from vaxreg.roles import Role


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
            "dose__vaccine",
            "dose__lot__vaccine",
            "dose__facility",
            "dose__resident__superseded_by",
            "dose__recorded_by",
        )
