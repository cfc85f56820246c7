"""Keeps personal data out of the logs, whatever an exception or a library put into its message."""

import logging
import re

# Numbers of people and phones; and the DETAIL lines of PostgreSQL, which quote whole rows.
NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\+?84|T)?[0-9](?:[ .]?[0-9]){7,14}(?![0-9])")
DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)


def redact(text: str) -> str:
    return NUMBER.sub("[number]", DETAIL.sub("DETAIL: [removed]", text))


class RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
