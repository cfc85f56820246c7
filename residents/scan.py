"""Reads what a scanner or a hand puts into the one box: a number, or the text of a chip card's QR.

Card text (chip cards of 2021 and later; fields are certain, their order is as several readers agree):
`number|old number or empty|name|ddmmyyyy|Nam/Nữ|address|ddmmyyyy of issue`.
"""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from residents.birth import UNKNOWN, Birth, UnreadableBirthError, read_birth
from residents.citizen_id import CitizenId, Kind, MalformedNumberError, read_number
from residents.garbled import is_garbled, mended
from residents.names import clean_name, fold, name_key
from residents.sameness import Traits

# What the registry has room for: more than that is no card, and nothing is cut off in silence.
MOST_NAME, MOST_ADDRESS = 150, 250
SEXES = {"nam": "M", "nu": "F"}


class UnreadableScanError(ValueError):
    """The text is nothing that the box understands."""

    @property
    def message(self) -> str:
        return _("This is no number, code or card that we know. Scan again, or type the 12 digits of the citizen ID.")


@dataclass(frozen=True)
class Card:
    """What the QR of a chip card says; what it does not say is empty."""

    number: str
    old_number: str
    full_name: str
    birth: Birth
    sex: str
    address: str
    issued_on: date | None

    @property
    def traits(self) -> Traits:
        """What tells the holder from others besides the number."""
        return Traits(name_key(self.full_name), self.birth, self.sex)


@dataclass(frozen=True)
class Identity:
    """A person as presented: always a number, and the card's facts where a card was scanned."""

    number: CitizenId
    card: Card | None = None


def read_identity(text: str) -> Identity:
    """Returns the number or card in the text. Raises UnreadableScanError."""
    text = unicodedata.normalize("NFC", mended(text)).strip()
    try:
        if "|" in text:
            card = read_card(text)
            return Identity(CitizenId(card.number), card)
        return Identity(read_number(text))
    except MalformedNumberError as error:
        raise UnreadableScanError from error


def read_card(text: str) -> Card:
    """Returns the card's facts. Raises UnreadableScanError when it has not seven fields, one of them is too long or its
    name came garbled, MalformedNumberError for its number.
    """
    fields = [clean_name(field) for field in text.strip().split("|")]
    if len(fields) < 7 or not fields[2]:
        raise UnreadableScanError
    number, old_number, name, born, sex, address, issued = fields[:7]
    if is_garbled(name) or len(name) > MOST_NAME or len(address) > MOST_ADDRESS:
        raise UnreadableScanError
    return Card(
        number=read_number(number).number,
        old_number=_read_old_number(old_number),
        full_name=name,
        birth=_read_or_unknown(born),
        sex=SEXES.get(fold(sex), ""),
        address=address,
        issued_on=_read_or_unknown(issued).earliest,
    )


def _read_old_number(text: str) -> str:
    """The nine digits of the card before, or '': a number of another kind there would make somebody else's record theirs."""
    with suppress(MalformedNumberError):
        number = read_number(text)
        return number.number if number.kind is Kind.OLD_CARD else ""
    return ""


def _read_or_unknown(text: str) -> Birth:
    """A date that the scanner mangled is unknown; the card's other facts still help."""
    try:
        return read_birth(text)
    except UnreadableBirthError:
        return UNKNOWN
