"""Which rows: QuerySets of exports."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q, Sum

from vaxreg.exports.listings import registry
from vaxreg.roles import Role

if TYPE_CHECKING:
    from vaxreg.models import User

# Exports that were asked for within so long of each other are weighed together.
DAY = timedelta(days=1)


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> "ExportQuerySet":
        """The user's own, those that are theirs to approve whatever became of them, and for an auditor all."""
        if Role.AUDITOR in user.role_codes:
            return self
        return self.filter(Q(requested_by=user) | Q(needs_approval=True) & answered_for_by(user))

    def of(self, user: "User") -> "ExportQuerySet":
        """Those that the user asked for."""
        return self.filter(requested_by=user)

    def ongoing(self, now: datetime) -> "ExportQuerySet":
        """Those of which something may still be done."""
        return self.filter(expires_at__gt=now, withdrawn_at=None).exclude(is_approved=False)

    def undecided(self, now: datetime) -> "ExportQuerySet":
        """Those that wait for a second person."""
        return self.ongoing(now).filter(needs_approval=True, is_approved=None)

    def answered_for(self, user: "User") -> "ExportQuerySet":
        """Those that are this user's to approve: inside their area, and asked for by somebody else."""
        return self.filter(answered_for_by(user)).exclude(requested_by=user)

    def decidable_by(self, user: "User", now: datetime) -> "ExportQuerySet":
        """Those that wait for this user's decision."""
        return self.undecided(now).answered_for(user)

    def unbuilt(self, now: datetime) -> "ExportQuerySet":
        """Those that nothing but the work of building holds up, the oldest first."""
        allowed = Q(needs_approval=False) | Q(is_approved=True)
        return self.ongoing(now).filter(allowed, built_at=None).order_by("pk")

    def people_without_approval(self, user: "User", now: datetime) -> int:
        """How many people the user has taken, or asked for, within a day without anybody's approval."""
        taken = self.of(user).filter(needs_approval=False, requested_at__gt=now - DAY)
        # Withdrawing what was downloaded before gives nothing back.
        left = Exists(self.model._meta.get_field("downloads").related_model.objects.filter(export=OuterRef("pk")))
        return taken.filter(Q(withdrawn_at=None) | left).aggregate(people=Sum("people"))["people"] or 0

    def page(self, before: int | None, size: int) -> tuple[list[models.Model], bool]:
        """The next `size` older than that key, newest first, and whether others follow."""
        older = self.filter(pk__lt=before) if before else self
        found = list(older.order_by("-pk")[: size + 1])
        return found[:size], len(found) > size


def answered_for_by(user: "User") -> Q:
    """Exports that the user answers for: a manager inside the area; an administrator those that go beyond one
    province, and those of managers, who may have no equal in theirs.
    """
    theirs = Q(pk=None)
    if Role.PROVINCIAL_MANAGER in user.role_codes:
        for path in registry.areas_of(user):
            theirs |= Q(area=path) | Q(area__startswith=f"{path}/")
    if Role.ADMINISTRATOR in user.role_codes:
        managers = get_user_model().objects.filter(groups__name=Role.PROVINCIAL_MANAGER)
        theirs |= Q(area="") | Q(requested_by__in=managers.values("pk"))
    return theirs
