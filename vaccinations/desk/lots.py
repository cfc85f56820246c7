"""Which lots the desk offers. The one place where it asks; what is on hand at a facility is for the stock to answer."""

from vaccinations.models import Facility, Lot
from vaccinations.querysets import LotQuerySet


def lots_at(facility: Facility, *, besides: int | None = None) -> LotQuerySet:
    """Returns the lots in use, what expires first first, and one that a record names already, whatever became of it."""
    return Lot.objects.usable(besides=besides).listed()
