"""Where a list of doses due goes on: the day and row at its edge, as an address carries them. Names no person. Pure."""

import re
from datetime import date

FORM = re.compile(r"(\d{8}|0)-(\d{1,18})", re.ASCII)
Place = tuple[date | None, int]


def place_text(on: date | None, pk: int) -> str:
    """Returns the place as text: the day without hyphens, 0 for none, and the row's key."""
    return f"{on:%Y%m%d}-{pk}" if on else f"0-{pk}"


def read_place(text: str) -> Place | None:
    """Returns the day and key that the text names, or None where it names none."""
    match = FORM.fullmatch(text)
    if match is None:
        return None
    try:
        return (date.fromisoformat(match[1]) if match[1] != "0" else None), int(match[2])
    except ValueError:
        return None
