"""Which rows: QuerySets of checkpoints and passages."""

from datetime import datetime

from django.db import models
from django.db.models import (
    Aggregate,
    Count,
    Exists,
    F,
    FilteredRelation,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Extract
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

    def with_quick_mode(self) -> "CheckpointQuerySet":
        """Each with `quick_since` and `quick_reason` of the quick mode that is on, else None."""
        is_on = FilteredRelation("quick_modes", condition=Q(quick_modes__ended_at=None))
        return self.annotate(is_on=is_on).annotate(quick_since=F("is_on__started_at"), quick_reason=F("is_on__reason"))


class EntryRuleQuerySet(models.QuerySet):
    def in_force(self, at: datetime) -> "EntryRuleQuerySet":
        """The rules that decide at that moment; drafts never do."""
        return self.filter(is_draft=False, in_force_at__lte=at).exclude(ended_at__lte=at)

    def of(self, checkpoint: models.Model) -> "EntryRuleQuerySet":
        """The rules of this checkpoint, and those of all."""
        return self.filter(models.Q(checkpoint=checkpoint) | models.Q(checkpoint=None))


class ShiftQuerySet(models.QuerySet):
    def relevant(self, user: User, checkpoint: models.Model, since: datetime) -> "ShiftQuerySet":
        """The user's open shift, and the last ones of this checkpoint that ended since."""
        ended = Q(checkpoint=checkpoint, ended_at__gt=since) & ~Q(handover_note="")
        return self.filter(Q(officer=user, ended_at=None) | ended).select_related("officer", "checkpoint")


class Median(Aggregate):
    """The middle value; None of none."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class PassageQuerySet(models.QuerySet):
    def standing(self) -> "PassageQuerySet":
        """The passages that count: neither undone nor themselves the undoing of one."""
        return self.exclude(outcome="cancelled").exclude(self._undone())

    def with_undone(self) -> "PassageQuerySet":
        """Each passage with `is_undone`, less the rows that undo."""
        return self.exclude(outcome="cancelled").annotate(is_undone=self._undone())

    def _undone(self) -> Exists:
        return Exists(self.model.objects.filter(resident=OuterRef("resident"), cancels=OuterRef("pk")))

    def of_line(self, declaration: int | None) -> "PassageQuerySet":
        """Those of one person under a number: of whom holds it, or of whom that declaration without a number is."""
        if declaration:
            return self.filter(declaration=declaration)
        return self.exclude(declaration__has_number=False)

    def last_of(self, officer: User, checkpoint: models.Model, *, since: datetime) -> "PassageQuerySet":
        """The officer's last two passages there, undone ones among them, unless they are older than that."""
        own = self.filter(officer=officer, checkpoint=checkpoint).exclude(outcome="cancelled")
        newest = own.order_by("-decided_at").values("pk")[:2]
        return self.filter(pk__in=newest, decided_at__gt=since).order_by("-decided_at")

    def at(self, checkpoint: models.Model) -> "PassageQuerySet":
        """The passages of one checkpoint, newest first."""
        return self.filter(checkpoint=checkpoint).order_by("-decided_at")

    def pace(self, checkpoint: models.Model, since: datetime, minutes: int) -> dict[str, float | None]:
        """Passages a minute since then, and the median seconds from scan to decision of those not in quick mode."""
        seconds = Extract(F("decided_at") - F("scanned_at"), "epoch")
        found = (
            self.filter(checkpoint=checkpoint, decided_at__gt=since)
            .standing()
            .aggregate(passages=Count("pk"), median_seconds=Median(seconds, filter=Q(is_quick=False)))
        )
        return {"passages_a_minute": found["passages"] / minutes, "median_seconds": found["median_seconds"]}

    def to_follow_up(self, since: datetime) -> "PassageQuerySet":
        """Whom quick mode let pass against a STOP."""
        return self.filter(is_quick=True, verdict="STOP", decided_at__gt=since).standing()

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
