"""Names and phones of staged rows, made as the registry keeps them: expressions for PostgreSQL and their parameters.

Each has a quick way for what is in order already, and a thorough one for the rest: a regular expression a row costs more than
all the others together.
"""

import unicodedata

SPACES = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
# Of all planes only the first two and the one of tags have any; asking all of a million takes a third of a second.
PLANES = (*range(1, 0x20000), *range(0xE0000, 0xE0100))
UNPRINTED = "".join(chr(code) for code in PLANES if unicodedata.category(chr(code)) in ("Cc", "Cf"))
# As residents.names.clean_name: spaces become plain, Ð and ð are mended, what cannot be printed goes.
PARAMETERS = {
    "separators": SPACES + ".-\u200b\ufeff",
    "mended": SPACES + "Ðð" + UNPRINTED,
    "mends": " " * len(SPACES) + "Đđ",
}


def clean_name(column: str) -> str:
    """Returns the expression for the name in that column as residents.names.clean_name gives it; '' for none."""
    return rf"""
    CASE WHEN {column} IS NFC NORMALIZED AND {column} !~ '[^[:alpha:] ]|[ðÐ]|  |^ | $' THEN {column}
        ELSE coalesce(btrim(regexp_replace(
            translate(normalize({column}, NFC), %(mended)s, %(mends)s), ' {{2,}}', ' ', 'g')), '') END"""


def clean_phone(column: str) -> str:
    """Returns the expression for the phone in that column as residents.phone gives it; '' for none, NULL if unreadable."""
    return rf"""
    CASE WHEN {column} ~ '^0[35789][0-9]{{8}}$' THEN {column}
        WHEN coalesce(btrim({column}), '') = '' THEN ''
        ELSE '0' || substring(translate({column}, %(separators)s || '()', '')
            FROM '^(?:\+?84|0)([35789][0-9]{{8}}|2[0-9]{{9}})$') END"""
