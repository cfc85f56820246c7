"""Which piles and rows: those of the facilities where somebody works."""

from datetime import datetime

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from vaxreg.models import User


class PileQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PileQuerySet":
        """Piles of the facilities where the user works today."""
        return self.filter(facility__in=user.facility_assignments.in_force(timezone.localdate()).values("facility"))

    def of_facility(self, facility: models.Model) -> "PileQuerySet":
        """The facility's piles, with what their slips have in common."""
        return self.filter(facility=facility).select_related("facility", "lot__vaccine")

    def listed_at(self, facility: models.Model) -> "PileQuerySet":
        """The facility's piles with their constants, the newest first, each with how many rows came to what."""
        counts = {
            name: Count("rows", Q(rows__state=state))
            for name, state in (("recorded", "recorded"), ("in_tray", "tray"), ("before", "already"))
        }
        waiting = Count("rows", Q(rows__state="draft", rows__version__gt=0) & ~Q(rows__said=[]))
        piles = self.of_facility(facility).select_related("opened_by").annotate(**counts, waiting=waiting)
        return piles.order_by("-pk")

    def ended_before(self, moment: datetime) -> "PileQuerySet":
        """Piles that were finished before that moment, with nothing waiting in the tray."""
        return self.filter(closed_at__lt=moment).exclude(rows__state="tray")


class PileRowQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "PileRowQuerySet":
        """Rows of the facilities where the user works today."""
        here = user.facility_assignments.in_force(timezone.localdate()).values("facility")
        return self.filter(pile__facility__in=here)

    def of_pile(self, pile: models.Model) -> "PileRowQuerySet":
        """The pile's rows, as its grid shows them."""
        return self.filter(pile=pile).of_page()

    def with_pile(self) -> "PileRowQuerySet":
        """With what their slips have in common."""
        return self.select_related("pile__facility__unit__parent", "pile__lot__vaccine")

    def of_page(self) -> "PileRowQuerySet":
        """With what a row's page shows, in the order of the pile."""
        related = ("pile__facility", "pile__lot__vaccine", "saved_by", "taken_by", "recorded_dose__vaccine")
        return self.select_related(*related).prefetch_related("recorded_dose__slips").order_by("position")

    def in_tray_at(self, facility: models.Model) -> "PileRowQuerySet":
        """The rows that wait in the facility's tray, the oldest first."""
        return self.filter(pile__facility=facility, state="tray").of_page().order_by("pk")
