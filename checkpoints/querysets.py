"""Which rows: QuerySets of checkpoints, declarations and passages."""

from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.utils import timezone

from residents.querysets import NATIONAL
from vaxreg.models import User


class CheckpointQuerySet(models.QuerySet):
    def in_use(self) -> "CheckpointQuerySet":
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints in use where the user works today."""
        assignments = user.checkpoint_assignments.in_force(timezone.localdate())
        return self.in_use().filter(pk__in=assignments.values("checkpoint"))


class DeclarationQuerySet(models.QuerySet):
    def of(self, numbers: Collection[str]) -> "DeclarationQuerySet":
        """Declarations filed under any of a person's numbers, newest first."""
        return self.filter(resident__in=numbers).order_by("-submitted_at")

    def valid_at(self, at: datetime) -> "DeclarationQuerySet":
        return self.filter(submitted_at__lte=at, valid_until__gt=at)


class PassageQuerySet(models.QuerySet):
    def newest_first(self) -> "PassageQuerySet":
        return self.order_by("-decided_at")

    def visible_to(self, user: User) -> "PassageQuerySet":
        """Passages of the checkpoints where the user works today."""
        if user.has_role(NATIONAL):
            return self
        assignments = user.checkpoint_assignments.in_force(timezone.localdate())
        return self.filter(checkpoint__in=assignments.values("checkpoint"))
