"""Reads what the desk's one box was given: a pass, its short code, a number, or the text of a card."""

import re
import unicodedata
from dataclasses import dataclass

from residents.scan import Card, UnreadableScanError, read_identity
from vaxreg.codes import read_code

__all__ = ["Scan", "UnreadableScanError", "read_scan"]
# Of any host: the same pass may have been opened through another name of this site.
PASS_ADDRESS = re.compile(r"/p/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])")
CONTROL = {"Cc", "Cf"}


@dataclass(frozen=True)
class Scan:
    """What was presented: the key of a pass (token or short code), or a number with the card's facts if it was a card."""

    text: str
    key: str = ""
    number: str = ""
    card: Card | None = None

    @property
    def numbers(self) -> list[str]:
        """The numbers that the scan itself gives, the one to prefer first."""
        return [number for number in (self.number, self.card.old_number if self.card else "") if number]

    @property
    def kind(self) -> str:
        """'pass', 'card' or 'number', for the access log."""
        return "pass" if self.key else "card" if self.card else "number"


def read_scan(text: str) -> Scan:
    """Returns what the text is, however the scanner or the hand spaced it. Raises UnreadableScanError."""
    text = unicodedata.normalize("NFC", text)
    # Scanners are set up to add line ends and group separators before and after what they read.
    text = "".join(" " if unicodedata.category(character) in CONTROL else character for character in text).strip()
    if address := PASS_ADDRESS.search(text):
        return Scan(text, key=address[1])
    if code := read_code(text):
        return Scan(text, key=code)
    identity = read_identity(text)
    return Scan(text, number=identity.number.number, card=identity.card)
