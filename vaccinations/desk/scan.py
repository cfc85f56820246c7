"""Reads what the clinic's one box was given: a number of any kind, the text of a card, the code of a slip, or a name."""

import unicodedata
from dataclasses import dataclass

from residents.scan import Card, UnreadableScanError, read_identity
from residents.search import Query, UnreadableQueryError, read_query
from vaxreg.codes import read_code

__all__ = ["Scan", "UnreadableScanError", "read_box", "read_scan"]


@dataclass(frozen=True)
class Scan:
    """What was presented: a number, with the card's facts if it was a card, or else a slip's code, a name or a phone."""

    text: str
    number: str = ""
    card: Card | None = None
    slip_code: str = ""
    query: Query | None = None

    @property
    def card_text(self) -> str:
        """The card's own text, for the page that goes on with it; empty for a number or a code."""
        return self.text if self.card else ""


def read_scan(text: str) -> Scan:
    """Returns what the text is. Raises UnreadableScanError."""
    text = unicodedata.normalize("NFC", text)
    # Scanners are set up to send line ends and group separators.
    text = "".join(" " if unicodedata.category(character) in ("Cc", "Cf") else character for character in text).strip()
    if code := read_code(text):
        return Scan(text, slip_code=code)
    identity = read_identity(text)
    return Scan(text, number=identity.number.number, card=identity.card)


def read_number(number: str) -> Scan:
    """Returns what a number that was typed would be; an empty one stands for somebody without any."""
    return Scan(number, number=number)


def read_box(text: str) -> Scan:
    """Returns what the text is, a name or a phone number too. Raises UnreadableScanError."""
    try:
        return read_scan(text)
    except UnreadableScanError:
        try:
            query = read_query(text)
        except UnreadableQueryError as error:
            raise UnreadableScanError from error
        return Scan(query.text, query=query)
