"""Finished days, counted once: how busy each checkpoint was by the hour, and who went from where to where."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, FloatField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Extract, TruncHour
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import CheckpointHour, ClosedDay, MovementCount, Passage, ProvinceMovement
from vaxreg import audit
from vaxreg.actors import Actor

BATCH = 2_000
JOURNEY = ("checkpoint", "origin", "destination", "outcome", "origin_level")


class DayNotOverError(Exception):
    """The day is not over; `message` says so."""

    message = _("Only a day that is over can be closed.")


class Median(Aggregate):
    """The middle value; PostgreSQL's percentile_cont leaves out what is empty."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def bounds(day: date) -> tuple[datetime, datetime]:
    """Returns the moments at which the local day begins and ends."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    return begin, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def movements_of(day: date, checkpoints: Collection[int] | None = None) -> QuerySet:
    """Returns rows of checkpoint, origin, destination, outcome, origin_level and how many `people`, counted now."""
    return _counted(day, checkpoints).values(*JOURNEY).annotate(people=Count("pk")).order_by()


def hours_of(day: date, checkpoints: Collection[int] | None = None) -> list[dict]:
    """Returns rows of checkpoint, hour, outcome, passages and median_seconds; outcome "" is the hour as a whole.

    What was recorded in quick mode was decided by nobody, and has no time of decision.
    """
    taken = ExpressionWrapper(F("decided_at") - F("scanned_at"), output_field=DurationField())
    passages = _counted(day, checkpoints).annotate(hour=TruncHour("decided_at"), seconds=Extract(taken, "epoch"))
    figures = {"passages": Count("pk"), "median_seconds": Median("seconds", filter=Q(is_quick=False))}
    by_outcome = passages.values("checkpoint", "hour", "outcome").annotate(**figures).order_by()
    whole = passages.values("checkpoint", "hour").annotate(**figures, outcome=Value("")).order_by()
    return [*by_outcome, *whole]


def _counted(day: date, checkpoints: Collection[int] | None) -> QuerySet:
    passages = Passage.objects.counted().within(*bounds(day))
    return passages if checkpoints is None else passages.filter(checkpoint__in=checkpoints)


@transaction.atomic
def close_day(*, day: date, today: date, by: Actor) -> int:
    """Counts the day anew, late rows included, and returns how many passages it has. Two at once do it one by one.

    Raises DayNotOverError.
    """
    if day >= today:
        raise DayNotOverError
    ClosedDay.objects.get_or_create(day=day, defaults={"closed_at": timezone.now()})
    # Whoever comes second waits here, and then sees what the first has written.
    closed = ClosedDay.objects.select_for_update().get(day=day)
    closed.closed_at = timezone.now()
    closed.save(update_fields=["closed_at"])
    passages = _write_hours(day)
    _write_movements(day)
    _write_province_movements(day)
    audit.record(by=by, action="day.closed", subject=closed, changes={"passages": passages})
    return passages


def _write_hours(day: date) -> int:
    begin, end = bounds(day)
    CheckpointHour.objects.filter(hour__gte=begin, hour__lt=end).delete()
    rows = [CheckpointHour(checkpoint_id=row.pop("checkpoint"), **row) for row in hours_of(day)]
    CheckpointHour.objects.bulk_create(rows, BATCH)
    return sum(row.passages for row in rows if not row.outcome)


def _write_movements(day: date) -> None:
    MovementCount.objects.filter(day=day).delete()
    rows = [
        MovementCount(
            day=day,
            checkpoint_id=row.pop("checkpoint"),
            origin_id=row.pop("origin"),
            destination_id=row.pop("destination"),
            **row,
        )
        # Side by side on the disk what is asked for together: a checkpoint's day is few pages then, not one a row.
        for row in movements_of(day).order_by("checkpoint")
    ]
    MovementCount.objects.bulk_create(rows, BATCH)


def _write_province_movements(day: date) -> None:
    """Adds up what has just been counted by ward."""
    ProvinceMovement.objects.filter(day=day).delete()
    provinces = {f"{end}_province": Coalesce(F(f"{end}__parent"), F(end)) for end in ("origin", "destination")}
    counts = MovementCount.objects.filter(day=day).annotate(**provinces).values("checkpoint", "outcome", *provinces)
    rows = [
        ProvinceMovement(
            day=day,
            checkpoint_id=row["checkpoint"],
            origin_id=row["origin_province"],
            destination_id=row["destination_province"],
            outcome=row["outcome"],
            people=row["total"],
        )
        for row in counts.annotate(total=Sum("people")).order_by()
    ]
    ProvinceMovement.objects.bulk_create(rows, BATCH)
