"""Two records side by side: what each says, and where they differ. Masked until somebody gave a reason to see more."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from residents.citizen_id import CitizenId, Kind, grouped
from residents.merging.registry import registry
from residents.models import Resident
from residents.templatetags.people import masked_address, masked_number, masked_phone

# How number, phone and address are shown.
IN_FULL = (grouped, str, str)
MASKED = (masked_number, masked_phone, masked_address)
RANKS = {Kind.PROVISIONAL: 0, Kind.OLD_CARD: 1, Kind.CITIZEN_ID: 2}


@dataclass(frozen=True)
class Line:
    """One fact of both. `differs` where both are known and say different things, however much of it is shown."""

    label: str | Promise
    values: tuple[Any, Any]
    differs: bool = False


@dataclass(frozen=True)
class Side:
    """One of the two records, and how much is kept under its numbers."""

    person: Resident
    numbers: list[str]
    counts: list[tuple[str | Promise, int]]

    @property
    def records(self) -> int:
        return sum(count for _title, count in self.counts)


def side_of(person: Resident) -> Side:
    """Returns the record with what is kept of it; a query a table."""
    numbers = person.numbers
    return Side(person, numbers, registry.counts(numbers))


def proposed(first: Side, second: Side) -> Side:
    """Returns the side whose number had better stay: the better kind of number, a card seen, the more records."""
    return max(first, second, key=_standing)


def lines(first: Side, second: Side, *, is_unmasked: bool) -> list[Line]:
    """Returns the facts of both in the order of a person's page, and how many rows they have in each table that has any."""
    number, phone, address = IN_FULL if is_unmasked else MASKED
    one, other = first.person, second.person
    facts = [
        _line(_("Name"), one.full_name, other.full_name),
        _line(_("Born"), one.birth, other.birth, differs=not one.birth.agrees_with(other.birth)),
        _line(_("Sex"), one.get_sex_display() if one.sex else "", other.get_sex_display() if other.sex else ""),
        Line(_("Number"), (number(one.pk), number(other.pk)), differs=True),
        Line(_("Earlier numbers"), tuple(_earlier(side, number) for side in (first, second))),
        _line(_("Phone"), one.phone, other.phone, shown=phone),
        _line(_("Address"), one.address, other.address, shown=address),
        _line(_("Province"), one.province or "", other.province or ""),
        _line(_("Ward or commune"), one.ward or "", other.ward or ""),
        Line(_("Registry"), (one.get_source_display(), other.get_source_display())),
        Line(_("Card seen"), (one.verified_at, other.verified_at)),
    ]
    counted = zip(first.counts, second.counts, strict=True)
    return facts + [Line(title, (mine, theirs)) for (title, mine), (_title, theirs) in counted if mine or theirs]


def _line(
    label: str | Promise, mine: Any, theirs: Any, *, shown: Any = lambda value: value, differs: bool | None = None
) -> Line:
    both_known = bool(str(mine)) and bool(str(theirs))
    is_other = mine != theirs if differs is None else differs
    return Line(label, (shown(mine), shown(theirs)), both_known and is_other)


def _earlier(side: Side, shown: Any) -> str:
    return ", ".join(shown(number) for number in side.numbers if number != side.person.pk)


def _standing(side: Side) -> tuple[int, bool, bool, int]:
    person = side.person
    is_official = person.source == Resident.Source.POPULATION
    return RANKS[CitizenId(person.pk).kind], person.verified_at is not None, is_official, side.records
