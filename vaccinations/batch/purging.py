"""Rows of paper slips go some time after their pile was finished: the doses that came of them stay."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from vaccinations.models import Pile
from vaxreg import audit
from vaxreg.actors import Actor


@transaction.atomic
def purge(*, by: Actor, now: datetime) -> int:
    """Deletes piles finished BATCH_KEPT_DAYS ago and returns how many; what waits in a tray keeps its pile."""
    before = now - timedelta(days=settings.BATCH_KEPT_DAYS)
    gone = list(Pile.objects.ended_before(before).values_list("pk", flat=True))
    if gone:
        Pile.objects.filter(pk__in=gone).delete()
        audit.record(by=by, action="pile.purged", changes={"piles": gone})
    return len(gone)
