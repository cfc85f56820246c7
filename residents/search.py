"""Staff search: one box that understands a number, a phone number or a name. Each search is logged."""

import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from residents.citizen_id import MalformedNumberError, read_number
from residents.models import Resident, Unit
from residents.names import clean_name, fold, name_key, sort_key
from residents.phone import MalformedPhoneError, read_phone
from residents.querysets import ResidentQuerySet
from residents.scan import UnreadableScanError, read_identity
from vaxreg import audit
from vaxreg.actors import Actor

MOST_SHOWN = 50
WORD = re.compile(r"[^\W_]+")


class UnreadableQueryError(ValueError):
    """The text is neither a number nor a name."""

    message = _("Enter a citizen ID (12 digits), an old card number (9 digits), a phone number or a name.")


class Kind(StrEnum):
    NUMBER = "number"
    PHONE = "phone"
    NAME = "name"


@dataclass(frozen=True)
class Query:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Found:
    """People in the order of Vietnamese lists, MOST_SHOWN of them; `has_more` says that others match too."""

    people: list[Resident]
    has_more: bool


def read_query(text: str) -> Query:
    """Returns what the text asks for, with numbers and phones freed of spaces. Raises UnreadableQueryError."""
    if "|" in text:
        return Query(Kind.NUMBER, _number_on_card(text))
    with suppress(MalformedNumberError):
        return Query(Kind.NUMBER, read_number(text).number)
    with suppress(MalformedPhoneError):
        return Query(Kind.PHONE, read_phone(text))
    name = clean_name(text)
    # A mistyped number must not be taken for a name, nor a single letter bring the whole registry.
    if any(character.isdigit() for character in name) or len("".join(WORD.findall(name))) < 2:
        raise UnreadableQueryError
    return Query(Kind.NAME, name)


def _number_on_card(text: str) -> str:
    try:
        return read_identity(text).number.number
    except UnreadableScanError as error:
        raise UnreadableQueryError from error


@transaction.atomic
def search(
    *, by: Actor, query: Query, among: ResidentQuerySet, birth_year: int | None = None, unit: Unit | None = None
) -> Found:
    """Returns the people found `among` those the actor may see, and logs who was shown to whom."""
    people = among.current().select_related("province", "ward")
    if birth_year:
        people = people.filter(date_of_birth__year=birth_year)
    if unit:
        people = people.filter(**{unit.level: unit})
    found = matches(query, people)
    shown = sorted(found[:MOST_SHOWN], key=lambda person: (sort_key(person.full_name), person.pk))
    audit.record(
        by=by,
        action="resident.search",
        resident=query.text if query.kind is Kind.NUMBER else "",
        # Not the name or phone typed: whom it found says more, and who was not found is nobody's business later.
        changes={
            "kind": query.kind,
            "count": len(shown),
            "more": len(found) > MOST_SHOWN,
            "shown": [person.pk for person in shown],
            "birth_year": birth_year,
            "unit": unit and f"{unit.code} {unit.name}",
        },
    )
    if query.kind is not Kind.NUMBER:
        # The entry above names no person: without these, nobody could find out who looked at one of them.
        audit.record_each(by=by, action="resident.listed", residents=[person.pk for person in shown])
    return Found(shown, len(found) > MOST_SHOWN)


def matches(query: Query, people: ResidentQuerySet) -> list[Resident]:
    """Returns what the ways find together, from the quickest to the slowest; at most one more than is shown."""
    found: dict[str, Resident] = {}
    for matching in ways(query, people):
        # Without an order: sorting would read every match, and there may be a hundred thousand of a name.
        # The people found before may be among them: even then there are enough to fill the page, or else all are here.
        found |= {person.pk: person for person in matching[: MOST_SHOWN + 1]}
        if len(found) > MOST_SHOWN:
            break
    return list(found.values())[: MOST_SHOWN + 1]


def ways(query: Query, people: ResidentQuerySet) -> list[ResidentQuerySet]:
    """The queries for it, each answered by one index of the registry."""
    match query.kind:
        case Kind.NUMBER:
            return [people.by_number(query.text)]
        case Kind.PHONE:
            return [people.filter(phone=query.text)]
    words = WORD.findall(fold(query.text))
    return [
        people.filter(name_key=name_key(query.text)),
        people.filter(folded_name__startswith=fold(query.text)),
        people.annotate(words=SearchVector("folded_name", config="simple")).filter(
            words=SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
        ),
    ]
