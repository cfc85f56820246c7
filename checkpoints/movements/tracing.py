"""Contact tracing: who passed a checkpoint between two times, or travelled on a plate. Each person shown is logged."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from checkpoints.models import Checkpoint, Passage
from residents.models import Resident
from vaxreg import audit
from vaxreg.actors import Actor


@dataclass(frozen=True)
class Inquiry:
    """What a tracer asks, and for which case."""

    case_number: str
    reason: str
    begin: datetime
    end: datetime
    checkpoint: Checkpoint | None = None
    plate: str = ""


@dataclass(frozen=True)
class Traced:
    """Passages in the order of time; `has_more` says that the list was cut."""

    passages: list[Passage]
    has_more: bool


@transaction.atomic
def trace(*, inquiry: Inquiry, among: QuerySet, by: Actor) -> Traced:
    """Returns the passages at the checkpoints `among`, and logs the inquiry and each person shown.

    A passage that was cancelled is shown as such: the person may have been there all the same.
    """
    most = settings.TRACING_MOST_SHOWN
    found = list(passages_of(inquiry, among)[: most + 1])
    shown = found[:most]
    people = sorted({passage.resident for passage in shown})
    case = {"case_number": inquiry.case_number, "reason": inquiry.reason}
    asked = {"begin": inquiry.begin, "end": inquiry.end, "plate": inquiry.plate}
    counts = {"passages": len(shown), "people": len(people), "more": len(found) > most}
    audit.record(by=by, action="passages.traced", subject=inquiry.checkpoint, changes=case | asked | counts)
    audit.record_each(
        by=by, action="resident.traced", subject=inquiry.checkpoint, residents=people, changes=case | asked
    )
    return Traced(shown, len(found) > most)


def passages_of(inquiry: Inquiry, among: QuerySet) -> QuerySet:
    """The passages asked for at the checkpoints `among`, in the order of time, with `full_name` and `phone`."""
    passages = Passage.objects.filter(cancels=None).within(inquiry.begin, inquiry.end)
    # The keys as a list: with them the planner knows how few of all checkpoints they are.
    passages = passages.filter(checkpoint__in=[inquiry.checkpoint] if inquiry.checkpoint else list(among))
    if inquiry.plate:
        passages = passages.filter(plate=inquiry.plate)
    registered = Resident.objects.filter(pk=OuterRef("resident")).values("phone")
    passages = passages.with_names().with_cancellation().select_related("checkpoint", "origin", "destination")
    phone = Coalesce(Subquery(registered), "declaration__phone", Value(""))
    return passages.annotate(phone=phone).order_by("decided_at", "pk")
