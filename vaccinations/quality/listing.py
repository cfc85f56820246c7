"""What a work list is narrowed by, its counts, and the page of it that is shown. Nothing in it names a person."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.models import Unit
from vaccinations.models import QualityCase
from vaxreg.models import User
from vaxreg.sealing import BrokenSealError, seal, unseal

PAGE = 50
PURPOSE = "quality-case"
WHOSE = {"": _("anybody's"), "mine": _("assigned to me"), "unassigned": _("assigned to nobody")}
STATES = {
    "": _("to be decided"),
    "open": _("open"),
    "waiting": _("waiting for the commune"),
    "decided": _("decided"),
}


@dataclass(frozen=True)
class Narrowing:
    """What an address says of the list: all of it may be empty, and none of it is about a person."""

    kind: str = ""
    state: str = ""
    whose: str = ""
    province: int | None = None
    ward: int | None = None

    @property
    def query(self) -> str:
        """As an address carries it."""
        said = {"kind": self.kind, "state": self.state, "whose": self.whose}
        said |= {"province": self.province or "", "ward": self.ward or ""}
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def as_export(self) -> list[tuple[str, object]]:
        """What the form of the export is to begin with."""
        unit = self.ward or self.province
        said = {"kind": self.kind, "state": self.state, "whose": self.whose} | ({"unit": unit} if unit else {})
        return [(name, value) for name, value in said.items() if value]

    def without_kind(self) -> "Narrowing":
        """The same list of all kinds."""
        return Narrowing("", self.state, self.whose, self.province, self.ward)

    def applied(self, cases: QuerySet, user: User) -> QuerySet:
        """The cases that it leaves."""
        cases = cases.filter(state=self.state) if self.state else cases.to_do()
        equal = {"kind": self.kind, "province": self.province, "ward": self.ward}
        cases = cases.filter(**{name: value for name, value in equal.items() if value})
        if self.whose == "mine":
            return cases.filter(assigned_to=user)
        return cases.filter(assigned_to=None) if self.whose == "unassigned" else cases


def narrowing_of(data: dict[str, str]) -> Narrowing:
    """Returns what the address narrows the list by; what makes no sense narrows nothing."""
    kind, state, whose = (data.get(name, "") for name in ("kind", "state", "whose"))
    return Narrowing(
        kind if kind in QualityCase.Kind.values else "",
        state if state in STATES else "",
        whose if whose in WHOSE else "",
        key_of(data.get("province", "")),
        key_of(data.get("ward", "")),
    )


def key_of(text: str) -> int | None:
    """Returns the key that the text is, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def counts(cases: QuerySet, narrowing: Narrowing, user: User) -> dict[str, int]:
    """Returns how many cases each kind has in the list, in the order of the kinds, under all else that narrows it."""
    found = narrowing.without_kind().applied(cases, user).values_list("kind").annotate(cases=Count("pk")).order_by()
    return dict.fromkeys(QualityCase.Kind.values, 0) | dict(found)


def offered_wards(cases: QuerySet, user: User) -> list[tuple[int, str]]:
    """Returns the wards in which something is to be decided, for a list to choose from: one look at each ward's index."""
    waiting = Exists(cases.to_do().filter(ward=OuterRef("pk")))
    wards = Unit.objects.inside(user, timezone.localdate()).wards().filter(waiting)
    return list(wards.order_by("name", "pk").values_list("pk", "name"))


def handle_of(pk: int) -> str:
    """Returns the end of the address of a case: its key, sealed."""
    return seal(pk, purpose=PURPOSE)


def key_behind(handle: str) -> int | None:
    """Returns the key of the case behind the end of an address, or None where it was not sealed here."""
    try:
        found: Any = unseal(handle, purpose=PURPOSE)
    except BrokenSealError:
        return None
    return found if isinstance(found, int) else None
