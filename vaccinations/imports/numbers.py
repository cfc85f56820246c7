"""Numbers of people as spreadsheets leave them. Pure.

A spreadsheet takes a number for a quantity: it drops the zeros in front, shows 7.909E+10, and saves 79090123456.0. Zeros are
put back only where the result begins with a province's code, and that it was done is kept as evidence. Digits that are gone
are gone: a number cut to 7.909E+10 is malformed, whatever could be made of it.

Clerks write what kind of number it is beside it, two numbers into one cell (of a citizen ID and old cards, the citizen ID is
read), and words for "none", which is a number that is missing, not a malformed one.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from residents.citizen_id import SEPARATORS, MalformedNumberError, read_number
from residents.names import fold

WHOLE = re.compile(r"(?P<digits>[0-9]{8,12})[.,]0+", re.ASCII)
SCIENTIFIC = re.compile(r"(?P<first>[0-9])(?:[.,](?P<rest>[0-9]+))?E\+?(?P<power>[0-9]{1,2})", re.ASCII)
# Province codes begin with one zero, or with two.
STRIPPED = re.compile(r"[1-9][0-9]{9,10}", re.ASCII)
# Signs around a number that keep a spreadsheet from counting with it, or that nobody sees.
AROUND = re.compile(r"[\s'’‘`´\"=_\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}", re.ASCII)
LABELS = re.compile(
    r"\b(?:so|cccd|cmnd|cmtnd|cmt|cc|cd|can cuoc|cong dan|chung minh|nhan dan|thu|ma|dinh danh|ddcn|ca nhan|id|no|cu|moi)\b"
)
NONE = re.compile(
    r"(?:khong|ko|k|chua|chua co|khong co|khong ro|khong nho|mat)(?: (?:cccd|cmnd|giay to|so))?|[-.0x?/]+|#?n/a|nan|null|none"
)


@dataclass(frozen=True)
class ReadNumber:
    """`number` in one of the registry's forms, or '' and the problem why. "number-restored" is a note beside a number."""

    number: str
    problem: str


def read_number_text(text: str, prefixes: Collection[str]) -> ReadNumber:
    """Returns the number in a cell. `prefixes` are the first three digits that provinces give."""
    text = unicodedata.normalize("NFKC", text)
    written = AROUND.sub("", text).upper()
    if not written or NONE.fullmatch(" ".join(fold(text).split())):
        return ReadNumber("", "number-missing")
    if match := SCIENTIFIC.fullmatch(written):
        written = _digits(match["first"] + (match["rest"] or ""), int(match["power"]) + 1)
        if not written:
            return ReadNumber("", "digits-lost")
    elif match := WHOLE.fullmatch(written):
        written = match["digits"]
    elif THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    return _well_formed(written) or _well_formed(_among_words(text)) or _restored(written, prefixes)


def _well_formed(written: str) -> ReadNumber | None:
    try:
        return ReadNumber(read_number(written).number, "")
    except MalformedNumberError:
        return None


def _digits(mantissa: str, length: int) -> str:
    """All digits of the number, or '' where the notation has left some out."""
    return mantissa[:length] if len(mantissa) >= length and not mantissa[length:].strip("0") else ""


def _among_words(text: str) -> str:
    """The one number between words that say what it is; of several, the one with twelve digits beside those with nine."""
    words = LABELS.sub(" ", fold(text))
    if re.search(r"[a-z]", words):
        return ""
    runs = re.findall(r"[0-9]+", words)
    if len(runs) == 1:
        return runs[0]
    citizen_ids = [run for run in runs if len(run) == 12]
    others = {len(run) for run in runs if len(run) != 12}
    return citizen_ids[0] if len(citizen_ids) == 1 and others == {9} else ""


def _restored(written: str, prefixes: Collection[str]) -> ReadNumber:
    written = SEPARATORS.sub("", written)
    number = written.zfill(12)
    if STRIPPED.fullmatch(written) and number[:3] in prefixes:
        return ReadNumber(number, "number-restored")
    return ReadNumber("", "number-malformed")
