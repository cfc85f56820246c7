"""Finds the ward that somebody meant by the words they typed, and the province in which a card's address lies."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol, TypeVar

from residents.names import clean_name, fold

# "Phường Bến Nghé", "P. Bến Nghé" and "Bến Nghé" are one place; the first two say its kind besides.
PREFIX = re.compile(r"(?:(phuong|xa|dac khu|thi tran)\s+|(p|x|dk|tt)\.\s*)(?=\S)")
KINDS = {
    "phuong": "ward",
    "p": "ward",
    "xa": "commune",
    "x": "commune",
    "dac khu": "special_zone",
    "dk": "special_zone",
}
PROVINCE_PREFIX = re.compile(r"(?:thanh pho|tinh)\s+|(?:tp|t)\.?\s+|(?:tp|t)\.")
# "Bà Rịa - Vũng Tàu", "Bà Rịa-Vũng Tàu".
HYPHENS = re.compile(r"\s*[-–]\s*")
MARKS = re.compile("[\u0300-\u036f]")


class Ward(Protocol):
    name: str
    kind: str


class Province(Protocol):
    pk: int
    name: str
    successor_id: int | None

    def is_in_force(self, on: date) -> bool: ...


Found = TypeVar("Found", bound=Ward)
FoundProvince = TypeVar("FoundProvince", bound=Province)


def choose_ward(text: str, wards: Iterable[Found]) -> Found | None:
    """Returns the one ward of that name, or None when there is none or the words do not say which of several.

    Accents and the word for its kind may be left out; where several wards share the name without them, they decide.
    """
    kind, name = _parted(text)
    found = [ward for ward in wards if fold(_parted(ward.name)[1]) == fold(name)]
    for decides in (lambda ward: ward.kind == kind, lambda ward: _accents(_parted(ward.name)[1]) == _accents(name)):
        if len(found) > 1:
            found = [ward for ward in found if decides(ward)] or found
    return found[0] if len(found) == 1 else None


def choose_province(address: str, provinces: Iterable[FoundProvince], on: date) -> FoundProvince | None:
    """Returns the province, as it is on that day, that the end of an address names; None where it names none, or several.

    `provinces` are those of all times: cards issued before July 2025 name the old ones, which have gone into new ones.
    """
    known = {province.pk: province for province in provinces}
    name = _province_name(address.rsplit(",", 1)[-1])
    named = [province for province in known.values() if _province_name(province.name) == name]
    today = {follow(province, known, on) for province in named} - {None}
    return today.pop() if len(today) == 1 else None


def follow(province: FoundProvince, known: Mapping[int, FoundProvince], on: date) -> FoundProvince | None:
    """Returns the province, or the one into which it has gone by that day; None where that is not known."""
    while province and not province.is_in_force(on):
        province = known.get(province.successor_id)
    return province


def _province_name(text: str) -> str:
    text = HYPHENS.sub(" ", fold(clean_name(text)))
    return PROVINCE_PREFIX.sub("", text, count=1) if PROVINCE_PREFIX.match(text) else text


def _parted(text: str) -> tuple[str, str]:
    """The kind that the text names, or '', and the name without it."""
    text = clean_name(text)
    # Folding keeps the number of characters of NFC text, so the folded prefix is as long as the written one.
    match = PREFIX.match(fold(text))
    return (KINDS.get(match[1] or match[2], ""), text[match.end() :]) if match else ("", text)


def _accents(name: str) -> list[tuple[str, str]]:
    """Each word's letters and marks, so that hoà and hòa are one."""
    words = unicodedata.normalize("NFD", name.lower()).split()
    return [(MARKS.sub("", word), "".join(sorted(MARKS.findall(word)))) for word in words]
