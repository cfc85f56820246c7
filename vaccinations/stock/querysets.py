"""Which rows: QuerySets of the stock ledger, transfers, opened vials and closed days."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from vaxreg.models import User
from vaxreg.roles import Role

# No multi-dose vial is used for longer than four weeks (WHO policy on opened multi-dose vials, 2014).
LONGEST_OPEN = timedelta(days=28)


def facilities_of(user: User) -> models.QuerySet:
    """The keys of the facilities where the user works today."""
    return user.facility_assignments.in_force(timezone.localdate()).values("facility")


def _sum(condition: Q) -> Coalesce:
    return Coalesce(Sum("doses", filter=condition), 0)


class StockEntryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "StockEntryQuerySet":
        """The entries of the facilities where the user works today."""
        return self.filter(facility__in=facilities_of(user))

    def at(self, facility: models.Model) -> "StockEntryQuerySet":
        return self.filter(facility=facility)

    def reversible_by(self, user: User, on: date) -> "StockEntryQuerySet":
        """Entries that the user may take back on that day: their own of the day, and a clinic lead any at the facility."""
        standing = self.visible_to(user).filter(kind__in=self.model.REVERSIBLE, reverses=None, reversal=None)
        if user.has_role({Role.CLINIC_LEAD}):
            return standing
        begin = timezone.make_aware(datetime.combine(on, time.min))
        return standing.filter(recorded_by=user, recorded_at__gte=begin)

    def with_undo_for(self, user: User, on: date) -> "StockEntryQuerySet":
        """Each with `may_take_back`: whether the user may take it back on that day."""
        reversible = self.model.objects.reversible_by(user, on).filter(pk=OuterRef("pk"))
        return self.annotate(may_take_back=Exists(reversible))

    def listed(self) -> "StockEntryQuerySet":
        """With all that a list says of them, the latest first."""
        return self.select_related("facility", "lot__vaccine", "recorded_by", "reversal").order_by("-id")

    def older_than(self, key: int | None) -> "StockEntryQuerySet":
        """The entries before that one in the list."""
        return self.filter(id__lt=key) if key else self

    def after(self, close: models.Model | None) -> "StockEntryQuerySet":
        """Entries on no closed sheet: of a later day, or recorded after the day was closed."""
        return self if close is None else self.filter(Q(on__gt=close.day) | Q(id__gt=close.last_entry))

    def moved(self, close: models.Model | None) -> models.QuerySet:
        """A row a lot of what moved since the closed day, in doses by column of the sheet.

        What was recorded for the closed day after its closing is `late`, whatever its kind.
        """
        is_new = Q(on__gt=close.day) if close else Q(pk__isnull=False)
        kinds = self.model.Kind
        return (
            self.order_by()
            .values("lot")
            .annotate(
                late=_sum(~is_new),
                received=_sum(is_new & Q(kind=kinds.RECEIVED)),
                wasted=-_sum(is_new & Q(kind=kinds.WASTED)),
                returned=-_sum(is_new & Q(kind=kinds.RETURNED)),
                transferred=_sum(is_new & Q(kind__in=[kinds.SENT, kinds.ARRIVED, kinds.CAME_BACK])),
                adjusted=_sum(is_new & Q(kind=kinds.COUNTED)),
            )
        )


class TransferQuerySet(models.QuerySet):
    def under_way(self) -> "TransferQuerySet":
        """Transfers that neither arrived nor came back."""
        ends = self.model._meta.get_field("entries").related_model.objects
        return self.exclude(Exists(ends.filter(transfer=OuterRef("pk"), kind__in=["arrived", "came-back"])))

    def visible_to(self, user: User) -> "TransferQuerySet":
        """Transfers from or to the facilities where the user works today."""
        return self.filter(Q(sender__in=facilities_of(user)) | Q(receiver__in=facilities_of(user)))

    def arriving_at(self, facility: models.Model) -> "TransferQuerySet":
        """What is on the way to the facility."""
        return self.under_way().filter(receiver=facility)

    def sent_from(self, facility: models.Model) -> "TransferQuerySet":
        """What the facility sent and nobody confirmed yet."""
        return self.under_way().filter(sender=facility)

    def listed(self) -> "TransferQuerySet":
        """With all that a list says of them, the oldest first."""
        return self.select_related("lot__vaccine", "sender", "receiver", "sent_by").order_by("id")


class VialOpeningQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "VialOpeningQuerySet":
        """The vials of the facilities where the user works today."""
        return self.filter(facility__in=facilities_of(user))

    def on_the_table(self, now: datetime) -> "VialOpeningQuerySet":
        """Vials not put away, the one opened first in front."""
        recent = self.filter(ended_at=None, opened_at__gt=now - LONGEST_OPEN, opened_at__lte=now)
        return recent.order_by("opened_at", "pk")


class DayCloseQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "DayCloseQuerySet":
        """The closed days of the facilities where the user works today."""
        return self.filter(facility__in=facilities_of(user))

    def within_area_of(self, user: User) -> "DayCloseQuerySet":
        """The closed days of the facilities of a manager's area; all for national roles."""
        facilities = self.model._meta.get_field("facility").related_model.objects
        return self.filter(facility__in=facilities.within_area_of(user).values("pk"))

    def at(self, facility: models.Model) -> "DayCloseQuerySet":
        return self.filter(facility=facility)

    def latest_of(self, facility: models.Model) -> models.Model | None:
        """The facility's last closed day."""
        return self.filter(facility=facility).order_by("-day").first()

    def listed(self) -> "DayCloseQuerySet":
        """With who closed them, the latest first."""
        return self.select_related("closed_by", "facility__unit").order_by("-day")

    def older_than(self, day: date | None) -> "DayCloseQuerySet":
        """The closed days before that one."""
        return self.filter(day__lt=day) if day else self


class DayCloseLineQuerySet(models.QuerySet):
    def latest_of(self, facility: models.Model) -> "DayCloseLineQuerySet":
        """The last line of each lot that was ever on a sheet of the facility."""
        return self.filter(close__facility=facility).order_by("lot_id", "-close__day").distinct("lot_id")

    def listed(self) -> "DayCloseLineQuerySet":
        """With their lots, in the order of the sheet."""
        return self.select_related("lot__vaccine").order_by("lot__vaccine__name", "lot__lot_number", "lot_id")
