"""Who is expected at a facility on a day. The one place where the desk asks; sessions and invitations answer it.

Until they are kept nobody is expected by name, and how many come is not known: None, which pages show as a dash.
"""

from datetime import date

from residents.models import Resident
from residents.querysets import ResidentQuerySet
from vaccinations.models import Facility


def expected_people(facility: Facility, *, on: date) -> ResidentQuerySet:
    """Returns the people invited to the facility for that day."""
    return Resident.objects.none()


def expected_count(facility: Facility, *, on: date) -> int | None:
    """Returns how many are expected; None where that is not known."""
    return None
