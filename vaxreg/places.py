"""Where a member of staff works."""

from datetime import date

from django.db import models

from vaxreg.models import User


def places_of(user: User, *, on: date) -> list[models.Model]:
    """Returns the areas, facilities and checkpoints that the user is assigned to on that day."""
    return [
        *(row.unit for row in user.area_assignments.in_force(on).select_related("unit")),
        *(row.facility for row in user.facility_assignments.in_force(on).select_related("facility")),
        *(row.checkpoint for row in user.checkpoint_assignments.in_force(on).select_related("checkpoint")),
    ]
