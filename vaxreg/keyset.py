"""Where a list goes on: the moment and key of the row at its edge, as an address carries them. Pure."""

import re
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FORM = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")


def key_text(at: datetime, pk: int) -> str:
    """Returns the place as text: microseconds since 1970, a hyphen, the row's key."""
    return f"{(at - EPOCH) // timedelta(microseconds=1)}-{pk}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """Returns the moment and key that the text names, or None where it names none."""
    match = FORM.fullmatch(text)
    return (EPOCH + timedelta(microseconds=int(match[1])), int(match[2])) if match else None
