"""Reads what the desk's one box was given: a pass, its short code, a number, a card's or certificate's text, or a plate.

A scanner types: two scans may run together without a line end, and an input method may have mangled the words. Then the
last complete piece counts, and `is_last_of_several` says so; where it is not sure which is complete, nothing is read.
"""

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace

from checkpoints.cards.disagreements import Said
from residents.birth import Birth, UnreadableBirthError, read_birth
from residents.citizen_id import MalformedNumberError, read_number
from residents.garbled import mended
from residents.names import clean_name
from residents.scan import Card, UnreadableScanError, read_identity
from vaxreg.codes import ALPHABET, read_code

__all__ = ["Scan", "UnreadableScanError", "read_scan"]
# Of any host: the same pass may have been opened through another name of this site.
PASS_ADDRESS = re.compile(r"(?:https?://[^\s|]*?)?/p/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/?(?:\?[^\s|]*)?")
# A whole chip card, from its number to its day of issue.
CARD_TEXT = re.compile(r"(?:[0-9]{12}|[0-9]{9})\|(?:[0-9]{12}|[0-9]{9})?\|[^|]+\|[0-9]{8}\|[^|]*\|[^|]*\|[0-9]{8}")
ANY_CARD = re.compile(f"(?=({CARD_TEXT.pattern}))")
# How they begin where Caps Lock was on while the scanner typed; in cards and codes capitals do not matter.
CAPS_LOCK = ("HTTP", "hc1:")
CERTIFICATE = re.compile(r"HC1:[0-9A-Z $%*+./:-]+")
PLATE = re.compile(r"[0-9]{2}[A-ZĐ]{1,2}[0-9]{4,6}|[A-Z]{2}[0-9]{4}")
# Personal QR of PC-Covid, v1.1 of 11 September 2021: number, name, yyyy-mm-dd, kind of the number, QID, EXT.
PERSONAL_QR = re.compile(r"[^|]*\|[^|]+\|[0-9]{4}-[0-9]{2}-[0-9]{2}\|[01]\|.*", re.DOTALL)
# Old insurance card: number, name in hexadecimal UTF-8, birth, 1 or 2, address in hexadecimal and more.
INSURANCE = re.compile(r"([A-Z]{2}[0-9A-Z]{8,13})\|((?:[0-9A-Fa-f]{2})+)\|([0-9/-]{4,10})\|([12])\|.*", re.DOTALL)
# Pieces that are typed alone: provisional and citizen numbers, old numbers, codes of passes.
PIECE = re.compile(rf"T[0-9]{{11}}|[0-9]{{12}}|[0-9]{{9}}|[{ALPHABET}]{{8}}")
LONG_RUN = re.compile(r"[0-9]{9}")
PIECE_LENGTHS = (8, 9, 12)
LONGEST_RUN = 48
SEXES = {"1": "M", "2": "F"}
CONTROL = {"Cc", "Cf"}


@dataclass(frozen=True)
class Scan:
    """What was presented.

    The key of a pass (token or short code), or a number with the card's facts if it was a card, or a plate, or no more
    than who it may be: `hint`, with the text of the `certificate` if it was one.
    """

    text: str
    key: str = ""
    number: str = ""
    card: Card | None = None
    hint: Said | None = None
    plate: str = ""
    certificate: str = ""
    is_last_of_several: bool = False

    @property
    def numbers(self) -> list[str]:
        """The numbers that the scan itself gives, the one to prefer first."""
        return [number for number in (self.number, self.card.old_number if self.card else "") if number]

    @property
    def is_only_a_hint(self) -> bool:
        """Whether it says who somebody may be, but gives no number to look up."""
        return bool(self.hint or self.certificate) and not self.number

    @property
    def is_broken_card(self) -> bool:
        """Whether a card was scanned of which the number alone could be read."""
        return bool(self.number) and "|" in self.text and not self.card and not self.hint

    @property
    def kind(self) -> str:
        """'pass', 'card', 'certificate', 'plate' or 'number', for the access log."""
        kinds = {"pass": self.key, "certificate": self.certificate, "card": self.card or self.hint, "plate": self.plate}
        return next((kind for kind, fact in kinds.items() if fact), "number")


def read_scan(text: str) -> Scan:
    """Returns what the text is, however the scanner or the hand spaced it. Raises UnreadableScanError."""
    text = unicodedata.normalize("NFC", mended(text))
    if text.lstrip().startswith(CAPS_LOCK):
        text = text.swapcase()
    # Scanners are set up to add line ends and group separators before and after what they read.
    plain = "".join(" " if unicodedata.category(character) in CONTROL else character for character in text).strip()
    pieces = [text, *_last_pieces(plain), *reversed(text.splitlines())]
    # Not read as one: the end of it may be, once what ran into it is left out.
    for piece in dict.fromkeys([plain, *(piece.strip() for piece in pieces if piece.strip())]):
        with suppress(UnreadableScanError):
            return replace(_read_one(piece), is_last_of_several=piece not in (plain, text.strip()))
    raise UnreadableScanError


def _read_one(text: str) -> Scan:
    """Reads the text as one piece, whole."""
    if len([*CARD_TEXT.finditer(text)]) > 1 or len([*PASS_ADDRESS.finditer(text)]) > 1:
        raise UnreadableScanError
    if address := PASS_ADDRESS.fullmatch(text):
        return Scan(text, key=address[1])
    if text.startswith("HC1:"):
        return _read_certificate(text)
    if code := read_code(text):
        return Scan(text, key=code, plate=_plate(text))
    if "|" in text:
        return _read_fields(text)
    if plate := _plate(text):
        return Scan(text, plate=plate)
    return Scan(text, number=read_identity(text).number.number)


def _read_certificate(text: str) -> Scan:
    if not CERTIFICATE.fullmatch(text) or text.count("HC1:") > 1:
        raise UnreadableScanError
    return Scan(text, certificate=text)


def _plate(text: str) -> str:
    plate = "".join(character for character in text.upper() if character.isalnum())
    return plate if PLATE.fullmatch(plate) else ""


def _read_fields(text: str) -> Scan:
    if insurance := INSURANCE.fullmatch(text):
        return _read_insurance(text, insurance)
    if PERSONAL_QR.fullmatch(text):
        return _read_personal_qr(text)
    if CARD_TEXT.search(text) and not CARD_TEXT.fullmatch(text) and not _is_card_with_more(text):
        raise UnreadableScanError
    with suppress(UnreadableScanError):
        identity = read_identity(text)
        return Scan(text, number=identity.number.number, card=identity.card)
    # A card that broke off, or came garbled: its number is whole, the rest is not believed. Unless another number ran into it.
    number, _old, rest = [*text.split("|", 2), ""][:3]
    if LONG_RUN.search(rest):
        raise UnreadableScanError
    return Scan(text, number=_number(number))


def _is_card_with_more(text: str) -> bool:
    """Whether it is one card with fields of a later kind at its end, and not two that ran together."""
    return bool(CARD_TEXT.match(text)) and text[CARD_TEXT.match(text).end() :].startswith("|")


def _number(text: str) -> str:
    try:
        return read_number(text).number
    except MalformedNumberError as error:
        raise UnreadableScanError from error


def _read_personal_qr(text: str) -> Scan:
    number, name, born = [clean_name(field) for field in text.split("|")[:3]]
    hint = Said(name, _birth(born))
    try:
        return Scan(text, number=_number(number), hint=hint)
    except UnreadableScanError:
        # Masked: it says who it may be, and no more.
        return Scan(text, hint=hint)


def _read_insurance(text: str, fields: re.Match[str]) -> Scan:
    try:
        name = clean_name(bytes.fromhex(fields[2]).decode())
    except UnicodeError as error:
        raise UnreadableScanError from error
    return Scan(text, hint=Said(name, _birth(fields[3]), SEXES[fields[4]]))


def _birth(text: str) -> Birth:
    try:
        return read_birth(text)
    except UnreadableBirthError:
        return Said().birth


def _last_pieces(text: str) -> list[str]:
    """What may be the last complete piece of scans that ran together, the surest first."""
    found = [(match.end(), -match.start()) for kind in (PASS_ADDRESS, CERTIFICATE) for match in kind.finditer(text)]
    # Overlapping: a card that broke off may seem to end in the number of the next one, which ends later.
    found += [(match.end(1), -match.start()) for match in ANY_CARD.finditer(text)]
    if found:
        end, start = max(found)
        return [text[end:], text[-start:end]]
    run = "".join(character for character in text.upper() if character not in " .-\u00a0\t")
    lasts = _possible_lasts(run) if len(run) <= LONGEST_RUN else frozenset()
    return [*lasts] if len(lasts) == 1 else []


def _possible_lasts(run: str) -> frozenset[str]:
    """The last piece in each way of cutting the run into whole pieces."""
    lasts = {run} if PIECE.fullmatch(run) else set()
    for length in PIECE_LENGTHS:
        if len(run) > length and PIECE.fullmatch(run[:length]):
            lasts |= _possible_lasts(run[length:])
    return frozenset(lasts)
