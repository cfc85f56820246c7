"""Which rows: QuerySets of checkpoints and passages."""

from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.models import User
from vaxreg.roles import Role


class CheckpointQuerySet(models.QuerySet):
    def in_use(self) -> "CheckpointQuerySet":
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints in use where the user works today."""
        assignments = user.checkpoint_assignments.in_force(timezone.localdate())
        return self.in_use().filter(pk__in=assignments.values("checkpoint"))

    def ruled_by(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints in use for which the user may write rules: an administrator's are all, a lead's those assigned."""
        if user.has_role({Role.ADMINISTRATOR}):
            return self.in_use()
        return self.visible_to(user) if user.has_role({Role.CHECKPOINT_LEAD}) else self.none()

    def covered_by(self, rule: models.Model) -> "CheckpointQuerySet":
        """The checkpoints for which the rule is made."""
        return self.filter(pk=rule.checkpoint_id) if rule.checkpoint_id else self

    def rules_visible_to(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints in use whose rules the user may see: those they write for, and a manager's area."""
        if not user.has_role({Role.PROVINCIAL_MANAGER}):
            return self.ruled_by(user)
        areas = user.area_assignments.in_force(timezone.localdate()).values("unit")
        in_area = Q(unit__in=areas) | Q(unit__parent__in=areas)
        return self.in_use().filter(in_area | Q(pk__in=self.model.objects.ruled_by(user).values("pk")))


class EntryRuleQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "EntryRuleQuerySet":
        """The rules of all checkpoints, and of those whose rules the user may see."""
        checkpoints = self.model._meta.get_field("checkpoint").related_model.objects
        return self.filter(Q(checkpoint=None) | Q(checkpoint__in=checkpoints.rules_visible_to(user).values("pk")))

    def writable_by(self, user: User) -> "EntryRuleQuerySet":
        """The rules that the user may write: those for all checkpoints are the administrators'."""
        if user.has_role({Role.ADMINISTRATOR}):
            return self
        checkpoints = self.model._meta.get_field("checkpoint").related_model.objects
        return self.filter(checkpoint__in=checkpoints.ruled_by(user).values("pk"))

    def with_conditions(self) -> "EntryRuleQuerySet":
        """Each rule with its checkpoint and conditions loaded."""
        return self.select_related("checkpoint").prefetch_related("conditions")

    def in_force(self, at: datetime) -> "EntryRuleQuerySet":
        """The rules that decide at that moment; drafts never do."""
        return self.filter(is_draft=False, in_force_at__lte=at).exclude(ended_at__lte=at)

    def of(self, checkpoint: models.Model) -> "EntryRuleQuerySet":
        """The rules of this checkpoint, and those of all."""
        return self.filter(Q(checkpoint=checkpoint) | Q(checkpoint=None))


class PassageQuerySet(models.QuerySet):
    def at(self, checkpoint: models.Model) -> "PassageQuerySet":
        """The passages of one checkpoint, newest first."""
        return self.filter(checkpoint=checkpoint).order_by("-decided_at")

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
