"""Keeps personal data out of the logs, whatever an exception or a library put into its message."""

import logging
import re
from ipaddress import IPv4Address

# Numbers of people and phones, however they are spaced; joined to a word or to each other, too.
NUMBER = re.compile(r"(?<![0-9])(?:\+?84|T)?[0-9](?:(?:[ .+\-\u00a0]|%20)?[0-9]){7,}")
# What looks like a number of a person but is the beginning of a time stamp.
TIME_STAMP = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(?: [0-9]{2})?")
# Lines of PostgreSQL's errors that quote whole rows or the statement. A value may have line breaks in itself, so all
# goes up to where Python's traceback takes over again.
QUOTING = re.compile(
    r"^(DETAIL|CONTEXT|LINE [0-9]+):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.MULTILINE | re.DOTALL
)
BAD_VALUE = re.compile(r"(invalid input syntax for [^:\n]+: ).*")
# The address of a pass is the key to it, that of a slip carries its code; sealed values are worth nothing to a reader.
PASS_ADDRESS = re.compile(r"(/p/)[\w\-]{6,}")
SLIP_ADDRESS = re.compile(r"(/clinic/(?:slip|confirmation|reaction)/)[^/\s?\"']+")
SEALED = re.compile(r"gAAAAA[\w\-=%]+")


def redact(text: str) -> str:
    """Returns the text without numbers of people, phones, quoted rows, pass tokens, slip codes and sealed values."""
    text = QUOTING.sub(r"\1: [removed]", text)
    text = BAD_VALUE.sub(r"\1[removed]", text)
    text = SLIP_ADDRESS.sub(r"\1[code]", text)
    text = SEALED.sub("[sealed]", PASS_ADDRESS.sub(r"\1[token]", text))
    return NUMBER.sub(_hide_number, text)


def _hide_number(match: re.Match[str]) -> str:
    """Addresses and time stamps stay: a log without them helps nobody."""
    if TIME_STAMP.fullmatch(match[0]):
        return match[0]
    try:
        return str(IPv4Address(match[0]))
    except ValueError:
        return "[number]"


class RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
