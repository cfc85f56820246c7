"""Which rows: QuerySets of checkpoints and passages."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.models import User


class CheckpointQuerySet(models.QuerySet):
    def in_use(self) -> "CheckpointQuerySet":
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints in use where the user works today."""
        assignments = user.checkpoint_assignments.in_force(timezone.localdate())
        return self.in_use().filter(pk__in=assignments.values("checkpoint"))


class EntryRuleQuerySet(models.QuerySet):
    def in_force(self, at: datetime) -> "EntryRuleQuerySet":
        """The rules that decide at that moment; drafts never do."""
        return self.filter(is_draft=False, in_force_at__lte=at).exclude(ended_at__lte=at)

    def of(self, checkpoint: models.Model) -> "EntryRuleQuerySet":
        """The rules of this checkpoint, and those of all."""
        return self.filter(models.Q(checkpoint=checkpoint) | models.Q(checkpoint=None))


class PassageQuerySet(models.QuerySet):
    def at(self, checkpoint: models.Model) -> "PassageQuerySet":
        """The passages of one checkpoint, newest first."""
        return self.filter(checkpoint=checkpoint).order_by("-decided_at")

    def counting(self) -> "PassageQuerySet":
        """The passages that happened: neither cancelled since nor themselves a cancellation."""
        cancelled = self.model.objects.filter(resident=OuterRef("resident"), cancels=OuterRef("pk"))
        return self.filter(~Exists(cancelled), cancels=None)

    def made_with(self, declaration: models.Model) -> "PassageQuerySet":
        """The counting passages recorded with any version of the declaration, under whatever number of the person."""
        number = declaration.resident
        # Read first: with "or" around a query of its own PostgreSQL would read all passages.
        present = Resident.objects.filter(pk=number).values_list("superseded_by", flat=True)
        versions = type(declaration).objects.filter(
            resident=number, journey=declaration.journey, place_in_journey=declaration.place_in_journey
        )
        numbers = [number, *filter(None, present)]
        return self.counting().filter(resident__in=numbers, declaration__in=versions.values("pk"))

    def with_names(self) -> "PassageQuerySet":
        """Each passage with the person's `full_name`: from the registry, else as declared, else empty."""
        registered = Resident.objects.filter(pk=OuterRef("resident")).values("full_name")
        return self.annotate(full_name=Coalesce(Subquery(registered), "declaration__full_name", Value("")))

    def visible_to(self, user: User) -> "PassageQuerySet":
        """Passages of the checkpoints where the user works today."""
        if user.has_role(NATIONAL):
            return self
        assignments = user.checkpoint_assignments.in_force(timezone.localdate())
        return self.filter(checkpoint__in=assignments.values("checkpoint"))
