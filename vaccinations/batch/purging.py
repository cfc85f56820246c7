"""Rows of paper slips go some time after their pile: the doses that came of them stay."""

from datetime import datetime, timedelta

from django.conf import settings

from vaccinations.models import Pile


def purge(*, now: datetime) -> int:
    """Deletes piles finished or left BATCH_KEPT_DAYS ago and returns how many; what waits in a tray keeps its pile."""
    before = now - timedelta(days=settings.BATCH_KEPT_DAYS)
    gone = list(Pile.objects.ended_before(before).values_list("pk", flat=True))
    Pile.objects.filter(pk__in=gone).delete()
    return len(gone)
