"""Vietnamese that a scanner or decoder garbled: its UTF-8 taken for another code page. Pure.

Wedge scanners type bytes as Windows' Western letters; decoders of QR codes guess Japanese or Chinese (QReader issue 18).
Where nothing was lost the words come back; where letters were lost, nobody is to be called by what is left.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress

# What Windows shows for the bytes 0x80 to 0x9F; the five that it has no letter for are typed as they are.
WESTERN = {bytes([byte]).decode("cp1252"): byte for byte in range(0x80, 0xA0) if byte not in b"\x81\x8d\x8f\x90\x9d"}
# Signs that stand in names beside letters: H'Hen Niê, Nguyễn-Lê, A. Lăng.
SIGNS = re.compile(r"[\s'’‘`.,()/-]")


def mended(text: str) -> str:
    """Returns the text with its Vietnamese put right; as it is where it was not garbled, or letters were lost."""
    if text.isascii():
        return text
    for as_bytes in CODE_PAGES:
        with suppress(ValueError):
            return as_bytes(text).decode()
    return text


def is_garbled(name: str) -> bool:
    """Whether there is something in it that stands in no name: "Nguy?n", "Nguyá»…n", "Nguy盻ｅn"."""
    letters = SIGNS.sub("", unicodedata.normalize("NFC", name))
    return not all(unicodedata.name(letter, "").startswith(("LATIN ", "COMBINING ")) for letter in letters)


def _western(text: str) -> bytes:
    return bytes(WESTERN.get(character, ord(character)) for character in text)


def _japanese(text: str) -> bytes:
    return text.encode("cp932")


def _chinese(text: str) -> bytes:
    return text.encode("cp950")


CODE_PAGES: tuple[Callable[[str], bytes], ...] = (_western, _japanese, _chinese)
