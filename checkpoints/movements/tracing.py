"""Contact tracing: who passed a checkpoint between two times, or travelled on a plate. Each person shown is logged."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from checkpoints.models import Checkpoint, Declaration, Passage
from checkpoints.movements.aboard import Aboard, declared_aboard
from residents.models import Resident, Unit
from vaxreg import audit
from vaxreg.actors import Actor

# As known today, under whatever number the person passed.
IDENTITY = tuple(Coalesce(f"superseded_by__{name}", name) for name in ("full_name", "phone"))
SHOWN = ("decided_at", "resident", "plate", "checkpoint", "outcome", "destination", "declaration", "was_cancelled")
DECLARED = ("pk", "has_number", "full_name", "phone")


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
class Seen:
    """One passage of somebody, as the tracer reads it. Plain values: five hundred rows of a model take longer to make."""

    decided_at: datetime
    resident: str
    full_name: str
    phone: str
    plate: str
    checkpoint: Checkpoint
    outcome: str
    was_cancelled: bool
    destination: Unit | None
    # Of somebody without a number: `resident` is the guardian's.
    is_without_number: bool = False


@dataclass(frozen=True)
class Traced:
    """Passages in the order of time; `has_more` says that the list was cut.

    `aboard` declared the plate and were recorded nowhere; nobody, where the list was cut.
    """

    passages: list[Seen]
    has_more: bool
    aboard: list[Aboard]


@transaction.atomic
def trace(*, inquiry: Inquiry, among: QuerySet, by: Actor) -> Traced:
    """Returns the passages at the checkpoints `among`, and logs the inquiry and each person shown.

    A passage that was cancelled is shown as such: the person may have been there all the same.
    """
    most, checkpoints = settings.TRACING_MOST_SHOWN, {checkpoint.pk: checkpoint for checkpoint in among}
    found = list(_matching(inquiry, checkpoints).values(*SHOWN)[: most + 1])
    shown = found[:most]
    aboard = [] if len(found) > most else _aboard(inquiry, shown, checkpoints)
    passed = sorted({row["resident"] for row in shown})
    people = sorted({*passed, *(one.resident for one in aboard)})
    case = {"case_number": inquiry.case_number, "reason": inquiry.reason}
    asked = {"begin": inquiry.begin, "end": inquiry.end, "plate": inquiry.plate}
    counts = {"passages": len(shown), "people": len(people), "aboard": len(aboard), "more": len(found) > most}
    audit.record(by=by, action="passages.traced", subject=inquiry.checkpoint, changes=case | asked | counts)
    audit.record_each(
        by=by, action="resident.traced", subject=inquiry.checkpoint, residents=people, changes=case | asked
    )
    return Traced(_seen(shown, passed, checkpoints), len(found) > most, aboard)


def passages_of(inquiry: Inquiry, among: QuerySet) -> QuerySet:
    """The passages asked for at the checkpoints `among`, in the order of time, with `full_name` and `phone`: for long lists.

    Of who has no number the registry knows only the guardian: name and phone are those declared.
    """
    present = Coalesce("superseded_by__phone", "phone")
    registered = Subquery(Resident.objects.filter(pk=OuterRef("resident")).values(present=present))
    # Who has no number passed under the guardian's, whose phone the registry would give.
    of_number = Case(When(declaration__has_number=False, then=Value(None)), default=registered)
    phone = Coalesce(of_number, "declaration__phone", Value(""))
    return _matching(inquiry, among.values_list("pk", flat=True)).with_names().annotate(phone=phone)


def _aboard(inquiry: Inquiry, shown: list[dict[str, Any]], checkpoints: Collection[int]) -> list[Aboard]:
    if not inquiry.plate:
        return []
    return declared_aboard(
        inquiry.plate,
        inquiry.begin,
        inquiry.end,
        checkpoints=[inquiry.checkpoint.pk] if inquiry.checkpoint else list(checkpoints),
        recorded=[(row["resident"], row["declaration"]) for row in shown],
        most=settings.TRACING_MOST_SHOWN,
    )


def _matching(inquiry: Inquiry, checkpoints: Collection[int]) -> QuerySet:
    passages = Passage.objects.filter(cancels=None).within(inquiry.begin, inquiry.end)
    # The keys as a list: with them the planner knows how few of all checkpoints they are.
    wanted = [inquiry.checkpoint.pk] if inquiry.checkpoint else list(checkpoints)
    passages = passages.filter(checkpoint__in=wanted)
    if inquiry.plate:
        passages = passages.filter(plate=inquiry.plate)
    return passages.with_cancellation().order_by("decided_at", "pk")


def _seen(rows: list[dict[str, Any]], people: list[str], checkpoints: dict[int, Checkpoint]) -> list[Seen]:
    """The rows with names and phones, each table asked once for all of them."""
    registered = {pk: facts for pk, *facts in Resident.objects.filter(pk__in=people).values_list("pk", *IDENTITY)}
    declared = {
        pk: (has_number, facts)
        for pk, has_number, *facts in Declaration.objects.filter(pk__in=_keys(rows, "declaration")).values_list(
            *DECLARED
        )
    }
    units = Unit.objects.in_bulk(_keys(rows, "destination"))
    found = []
    for row in rows:
        has_number, said = declared.get(row.pop("declaration"), (True, ["", ""]))
        # Who has no number passed under the guardian's: the registry knows the guardian.
        known = registered.get(row["resident"]) if has_number else None
        full_name, phone = known or said
        places = {"checkpoint": checkpoints[row["checkpoint"]], "destination": units.get(row["destination"])}
        outcome = Passage.Outcome(row["outcome"]).label
        facts = {"full_name": full_name, "phone": phone, "is_without_number": not has_number}
        found.append(Seen(**row | places | facts | {"outcome": outcome}))
    return found


def _keys(rows: list[dict[str, Any]], name: str) -> set[int]:
    return {row[name] for row in rows} - {None}
