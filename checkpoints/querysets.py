"""Which rows: QuerySets of checkpoints and passages."""

from datetime import date, datetime

from django.db import models
from django.db.models import (
    Aggregate,
    Case,
    Count,
    Exists,
    F,
    FilteredRelation,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Extract
from django.utils import timezone

from residents.models import Resident
from residents.querysets import NATIONAL
from vaxreg.models import User
from vaxreg.roles import Role


class CheckpointQuerySet(models.QuerySet):
    def in_use(self) -> "CheckpointQuerySet":
        return self.filter(is_active=True)

    def with_quick_mode(self) -> "CheckpointQuerySet":
        """Each with `quick_since` and `quick_reason` of the quick mode that is on, else None."""
        is_on = FilteredRelation("quick_modes", condition=Q(quick_modes__ended_at=None))
        return self.annotate(is_on=is_on).annotate(quick_since=F("is_on__started_at"), quick_reason=F("is_on__reason"))

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
        in_area = _inside(user, timezone.localdate())
        return self.in_use().filter(in_area | Q(pk__in=self.model.objects.ruled_by(user).values("pk")))

    def within_area_of(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints that the user leads today, and for a provincial manager those inside the area; closed ones too."""
        today, own = timezone.localdate(), Q(pk=None)
        if user.has_role({Role.CHECKPOINT_LEAD}):
            own |= Q(pk__in=user.checkpoint_assignments.in_force(today).values("checkpoint"))
        if user.has_role({Role.PROVINCIAL_MANAGER}):
            own |= _inside(user, today)
        return self.filter(own)

    def counted_for(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints whose movements the user sees in numbers: those of the area, or all."""
        return self.all() if user.has_role(NATIONAL) else self.within_area_of(user)

    def traceable_by(self, user: User) -> "CheckpointQuerySet":
        """The checkpoints inside the areas where a tracer works today."""
        return self.filter(_inside(user, timezone.localdate()))


def _inside(user: User, on: date) -> Q:
    """Checkpoints that stand in one of the user's units, or in a ward of one."""
    areas = user.area_assignments.in_force(on).values("unit")
    return Q(unit__in=areas) | Q(unit__parent__in=areas)


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

    def pace(self, checkpoint: models.Model, since: datetime, minutes: int) -> dict[str, float | None]:
        """Passages a minute since then, and the median seconds from scan to decision of those not in quick mode."""
        found = self.work(checkpoint, since)
        return {"passages_a_minute": found["passages"] / minutes, "median_seconds": found["median_seconds"]}

    def work(self, checkpoint: models.Model, since: datetime) -> dict[str, float | None]:
        """The passages since then that stand, and the median seconds from scan to decision of those not in quick mode."""
        seconds = Extract(F("decided_at") - F("scanned_at"), "epoch")
        done = self.filter(checkpoint=checkpoint, decided_at__gt=since).standing()
        return done.aggregate(passages=Count("pk"), median_seconds=Median(seconds, filter=Q(is_quick=False)))

    def to_follow_up(self, since: datetime) -> "PassageQuerySet":
        """Whom quick mode let pass against a STOP."""
        return self.filter(is_quick=True, verdict="STOP", decided_at__gt=since).standing()

    def with_names(self) -> "PassageQuerySet":
        """Each passage with the person's `full_name`: from the registry, else as declared, else empty.

        Who has no number passed under the guardian's, and is named as declared.
        """
        present = Coalesce("superseded_by__full_name", "full_name")
        registered = Subquery(Resident.objects.filter(pk=OuterRef("resident")).values(present=present))
        of_number = Case(When(declaration__has_number=False, then=Value(None)), default=registered)
        return self.annotate(full_name=Coalesce(of_number, "declaration__full_name", Value("")))

    def within(self, begin: datetime, end: datetime) -> "PassageQuerySet":
        """Decided from `begin` on and before `end`."""
        return self.filter(decided_at__gte=begin, decided_at__lt=end)

    def with_cancellation(self) -> "PassageQuerySet":
        """Each passage with `was_cancelled`; a cancellation carries the number of the passage that it cancels."""
        cancelling = self.model.objects.filter(resident=OuterRef("resident"), cancels=OuterRef("pk"))
        return self.annotate(was_cancelled=Exists(cancelling))

    def counted(self) -> "PassageQuerySet":
        """What statistics count: neither cancellations nor the passages that they cancel."""
        return self.filter(cancels=None).with_cancellation().filter(was_cancelled=False)

    def overseen_by(self, user: User) -> "PassageQuerySet":
        """Passages of the checkpoints that the user leads, or manages as part of the area."""
        checkpoints = self.model._meta.get_field("checkpoint").related_model.objects
        return self.filter(checkpoint__in=checkpoints.within_area_of(user))

    def page(self, after: tuple[datetime, int] | None, size: int) -> tuple[list[models.Model], bool]:
        """The next `size` passages older than the one of that moment and key, newest first, and whether others follow."""
        older = self
        if after:
            at, pk = after
            # The first condition is what the index begins at; the second settles the moment they share.
            older = self.filter(decided_at__lte=at).filter(Q(decided_at__lt=at) | Q(pk__lt=pk))
        found = list(older.order_by("-decided_at", "-pk")[: size + 1])
        return found[:size], len(found) > size

    def page_before(self, before: tuple[datetime, int], size: int) -> tuple[list[models.Model], bool]:
        """The `size` passages just newer than that one, newest first, and whether others precede."""
        at, pk = before
        newer = self.filter(decided_at__gte=at).filter(Q(decided_at__gt=at) | Q(pk__gt=pk))
        found = list(newer.order_by("decided_at", "pk")[: size + 1])
        return found[size - 1 :: -1] if len(found) > size else found[::-1], len(found) > size

    def visible_to(self, user: User) -> "PassageQuerySet":
        """Passages of the checkpoints where the user works today."""
        if user.has_role(NATIONAL):
            return self
        assignments = user.checkpoint_assignments.in_force(timezone.localdate())
        return self.filter(checkpoint__in=assignments.values("checkpoint"))
