"""Who has declared a journey with a plate and was recorded nowhere: on a bus of which the driver alone was scanned."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from checkpoints.models import Checkpoint, Declaration
from residents.models import Unit


@dataclass(frozen=True)
class Aboard:
    """A declaration in force, as the tracer reads it."""

    submitted_at: datetime
    departs_on: date | None
    resident: str
    full_name: str
    phone: str
    is_without_number: bool
    checkpoint: Checkpoint
    destination: Unit


def declared_aboard(
    plate: str,
    begin: datetime,
    end: datetime,
    *,
    checkpoints: Collection[int],
    recorded: Collection[tuple[str, int | None]],
    most: int,
) -> list[Aboard]:
    """Returns who declared the plate for one of the checkpoints in that time, in the order of filing; at most so many.

    `recorded` are number and declaration of each passage shown: whoever is among them is left out. One query.
    """
    filed = Declaration.objects.filter(plate=plate, submitted_at__lt=end, valid_until__gt=begin)
    current = filed.filter(checkpoint__in=checkpoints, superseded_at=None, withdrawn_at=None)
    numbers, declarations = {number for number, _pk in recorded}, {pk for _number, pk in recorded}
    missing = current.exclude(pk__in=declarations - {None}).exclude(has_number=True, resident__in=numbers)
    rows = missing.select_related("checkpoint", "destination").order_by("submitted_at", "pk")
    return [_aboard(row) for row in rows[:most]]


def _aboard(row: Declaration) -> Aboard:
    names = ("submitted_at", "departs_on", "resident", "full_name", "phone", "checkpoint", "destination")
    return Aboard(**{name: getattr(row, name) for name in names}, is_without_number=not row.has_number)
