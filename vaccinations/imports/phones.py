"""Phone numbers as sheets have them. Pure.

A spreadsheet takes a phone for a quantity, too: 912345678 or 912345678.0 is 0912345678. Of several phones in a cell the first
that can be read is taken: each of them is the person's.
"""

import re
import unicodedata

from residents.phone import MalformedPhoneError, read_phone

QUANTITY = re.compile(r"([0-9]{9,11})[.,]0+", re.ASCII)
SCIENTIFIC = re.compile(r"([35789])[.,]([0-9]{8})E\+?0?8", re.ASCII)
# Signs that nobody sees, or that keep a spreadsheet from counting with the phone.
AROUND = re.compile(r"[\s'’‘`´\"=_\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
LABEL = re.compile(r"^(?:SĐT|SDT|ĐT|DT|DĐ|TEL|PHONE)[:.]*")
BETWEEN = re.compile(r"[/;,|&\n]|\s-\s|\bhoặc\b|\bvà\b")
ABROAD = re.compile(r"^(?:\+|00)?\(?\+?84\)?(?:\(0\)|0)?")


def read_phone_text(text: str) -> str | None:
    """Returns the phone as the registry keeps it, '' for an empty cell, None where it cannot be read."""
    text = unicodedata.normalize("NFKC", text)
    if not AROUND.sub("", text):
        return ""
    found = (_phone(part) for part in (text, *BETWEEN.split(text)))
    return next(filter(None, found), None)


def _phone(text: str) -> str:
    written = AROUND.sub("", text).upper()
    written = QUANTITY.sub(r"\1", SCIENTIFIC.sub(r"\1\2", LABEL.sub("", written)))
    if len(written) == 9 and written[0] in "35789":
        written = f"0{written}"
    try:
        return read_phone(ABROAD.sub("0", written))
    except MalformedPhoneError:
        return ""
