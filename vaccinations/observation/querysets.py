"""Which rows: QuerySets of observations and reactions."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from vaxreg.models import User


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
