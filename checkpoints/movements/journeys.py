"""The journey that a passage keeps of its declaration."""

from datetime import datetime

from django.utils import timezone

from checkpoints.models import Declaration
from checkpoints.rules.levels import level_of


def journey_of(declaration_id: int | None, at: datetime) -> dict[str, object]:
    """Returns the columns that a passage keeps of its declaration: origin, destination, origin_level on that day, plate.

    Empty without a declaration in force: then nobody has said where the journey begins and ends.
    """
    in_force = Declaration.objects.filter(pk=declaration_id, valid_until__gt=at).select_related("origin")
    declared = in_force.first() if declaration_id else None
    if declared is None:
        return {}
    ends = {"origin_id": declared.origin_id, "destination_id": declared.destination_id}
    return ends | {"origin_level": level_of(declared.origin, timezone.localdate(at)), "plate": declared.plate}
