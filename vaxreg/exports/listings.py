"""What may be exported: the apps register their lists here, and this room knows none of them by name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

if TYPE_CHECKING:
    from vaxreg.exports.forms import ExportForm
    from vaxreg.models import User

HIDDEN = "•••"


@dataclass(frozen=True)
class Field:
    """One column that may be asked for.

    `columns` are read from the database only when it is; `value` makes a text, whole number or day of them. `why` says
    what makes the field sensitive: such a field is never chosen beforehand. `mask` is for the preview, `in_csv` for a text
    of digits alone, which a spreadsheet would take for a number.
    """

    code: str
    label: Any
    columns: tuple[str, ...]
    value: Callable[..., Any] = lambda value: value
    why: Any = ""
    mask: Callable[[str], str] = lambda text: HIDDEN
    in_csv: Callable[[str], str] = str
    # For lists that come back: a column that every file has, one that is filled in, and what it may be filled in with.
    is_fixed: bool = False
    is_entry: bool = False
    options: tuple[Any, ...] = ()

    def shown(self, row: dict[str, Any]) -> Any:
        """The field's value in a row of the database."""
        return self.value(*(row[name] for name in self.columns))

    def masked(self, row: dict[str, Any]) -> str:
        """The field's value as the preview shows it."""
        shown = self.shown(row)
        text = shown.strftime("%d/%m/%Y") if isinstance(shown, date) else str(shown or "")
        return self.mask(text) if self.why and text else text


@dataclass(frozen=True)
class Listing:
    """A list of people that may be exported.

    `fields` stand in the order of their sensitivity, the least first. `rows(user, parameters)` are the rows inside the
    user's scope, each with the number of its `person`, None where there is none; `area(user, parameters)` is the smallest
    area that holds them all, as a path of keys ("12/345"), empty where it is the whole country. `roles` may ask for it.
    """

    code: str
    title: Any
    hint: Any
    roles: frozenset[str]
    fields: tuple[Field, ...]
    form: "type[ExportForm]"
    rows: Callable[["User", dict[str, Any]], QuerySet]
    area: Callable[["User", dict[str, Any]], str]

    def chosen(self, codes: Iterable[str]) -> list[Field]:
        """The fields of these codes, and those that every file has, in the list's own order."""
        return [field for field in self.fields if field.is_fixed or field.code in set(codes)]

    def named(self, codes: Iterable[str]) -> list[Field]:
        """The fields of these codes, in the order given. Raises KeyError for one that the list has no longer."""
        known = {field.code: field for field in self.fields}
        return [known[code] for code in codes]

    def read(self, user: "User", parameters: dict[str, Any], fields: list[Field]) -> QuerySet:
        """The rows as dictionaries of the number of the person and the columns of these fields, and of no others."""
        columns = dict.fromkeys(name for field in fields for name in field.columns)
        return self.rows(user, parameters).values("person", *columns)

    def count_people(self, user: "User", parameters: dict[str, Any]) -> int:
        """How many people the list holds; a row without a number is somebody too."""
        unnumbered = Count("pk", filter=Q(person=None))
        rows = self.rows(user, parameters).order_by()
        return rows.aggregate(people=Count("person", distinct=True) + unnumbered)["people"]


class Registry:
    """The lists by their codes, and what the apps above know of people: their numbers, and areas of work."""

    def __init__(self) -> None:
        self.listings: dict[str, Listing] = {}
        # All numbers of the person whom the text names; none where it is no number.
        self.numbers_of: Callable[[str], list[str]] = lambda text: [text]
        # The areas where a user works today, as paths.
        self.areas_of: Callable[[User], list[str]] = lambda user: []

    def register(self, listing: Listing) -> None:
        """Makes the list one that may be exported."""
        self.listings[listing.code] = listing

    def open_to(self, user: "User") -> list[Listing]:
        """The lists that the user may ask for: by a role held, never for being a superuser."""
        return [listing for listing in self.listings.values() if may_ask(user, listing)]

    def offers(self, user: "User", code: str) -> bool:
        """Whether the user may ask for the list of that code."""
        return code in self.listings and may_ask(user, self.listings[code])


registry = Registry()


def may_ask(user: "User", listing: Listing) -> bool:
    """Whether one of the roles that the user holds may ask for the list."""
    return user.is_active and not listing.roles.isdisjoint(user.role_codes)


def common_area(paths: Iterable[str]) -> str:
    """The smallest area that holds all of these: the beginning that their paths share; empty for the whole country."""
    parts = [path.split("/") for path in paths]
    return "/".join(reduce(_shared, parts)) if parts else ""


def _shared(one: list[str], other: list[str]) -> list[str]:
    shared = []
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        shared.append(mine)
    return shared
