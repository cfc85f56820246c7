"""Numbers of people as spreadsheets leave them. Pure.

A spreadsheet takes a number for a quantity: it drops the zeros in front, shows 7.909E+10, and saves 79090123456.0. Zeros are
put back only where the result begins with a province's code, and that it was done is kept as evidence. Digits that are gone
are gone: a number cut to 7.909E+10 is malformed, whatever could be made of it.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from residents.citizen_id import MalformedNumberError, read_number

WHOLE = re.compile(r"(?P<digits>[0-9]{8,12})[.,]0+", re.ASCII)
SCIENTIFIC = re.compile(r"(?P<first>[0-9])(?:[.,](?P<rest>[0-9]+))?E\+?(?P<power>[0-9]{1,2})", re.ASCII)
# Province codes begin with one zero, or with two.
STRIPPED = re.compile(r"[1-9][0-9]{9,10}", re.ASCII)


@dataclass(frozen=True)
class ReadNumber:
    """`number` in one of the registry's forms, or '' and the problem why. "number-restored" is a note beside a number."""

    number: str
    problem: str


def read_number_text(text: str, prefixes: Collection[str]) -> ReadNumber:
    """Returns the number in a cell. `prefixes` are the first three digits that provinces give."""
    written = "".join(text.split()).lstrip("'").upper()
    if not written:
        return ReadNumber("", "number-missing")
    if match := SCIENTIFIC.fullmatch(written):
        written = _digits(match["first"] + (match["rest"] or ""), int(match["power"]) + 1)
        if not written:
            return ReadNumber("", "digits-lost")
    if match := WHOLE.fullmatch(written):
        written = match["digits"]
    try:
        return ReadNumber(read_number(written).number, "")
    except MalformedNumberError:
        return _restored(written, prefixes)


def _digits(mantissa: str, length: int) -> str:
    """All digits of the number, or '' where the notation has left some out."""
    return mantissa[:length] if len(mantissa) >= length and not mantissa[length:].strip("0") else ""


def _restored(written: str, prefixes: Collection[str]) -> ReadNumber:
    number = written.zfill(12)
    if STRIPPED.fullmatch(written) and number[:3] in prefixes:
        return ReadNumber(number, "number-restored")
    return ReadNumber("", "number-malformed")
