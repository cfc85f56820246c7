"""The log of what left: which fields of whom, taken by whom, when and why. Reading it is logged too."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.codes import read_code
from vaxreg.exports.listings import registry
from vaxreg.exports.models import Export, ExportDownload, ExportedPerson

PAGE_SIZE = 50


@dataclass(frozen=True)
class LogPage:
    """Exports, newest first; `older` is where the next page begins, None at the end."""

    exports: list[Export]
    older: int | None


def downloads_with(numbers: list[str]) -> QuerySet[ExportDownload]:
    """The files that left with the person of these numbers in them, newest first: each with its fields and its taker."""
    holding = ExportedPerson.objects.filter(resident__in=numbers).values("export")
    return ExportDownload.objects.filter(export__in=holding).select_related("export", "user").order_by("-at")


@transaction.atomic
def read_log(*, by: Actor, said: dict[str, Any]) -> LogPage:
    """Returns a page of the exports that match all that is said: person, username, case_number, code, before."""
    numbers = registry.numbers_of(said["person"]) if said.get("person") else []
    found, has_more = _matching(said, numbers).page(said.get("before"), PAGE_SIZE)
    asked = {name: said[name] for name in ("username", "case_number", "code") if said.get(name)}
    audit.record(
        by=by,
        action="export.log-read",
        resident=numbers[0] if numbers else "",
        changes=asked | {"count": len(found), "before": said.get("before")},
    )
    return LogPage(found, found[-1].pk if has_more else None)


def _matching(said: dict[str, Any], numbers: list[str]) -> QuerySet[Export]:
    exports = Export.objects.select_related("requested_by", "decided_by").prefetch_related("downloads__user")
    if said.get("person"):
        exports = exports.filter(pk__in=ExportedPerson.objects.filter(resident__in=numbers).values("export"))
    if said.get("username"):
        exports = exports.filter(requested_by__username=said["username"])
    if said.get("case_number"):
        exports = exports.filter(case_number=said["case_number"])
    if said.get("code"):
        exports = exports.filter(downloads=read_code(said["code"]) or "")
    return exports
