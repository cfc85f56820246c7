"""Names of vaccines, facilities, provinces and wards as sheets write them, and the keys they are looked up by. Pure."""

import re

from residents.names import fold

# As long as FacilityAlias.name.
LONGEST = 200
NOT_LETTERS = re.compile(r"[^a-z0-9]+")
# Said of any vaccine, so of no one in particular.
OF_ANY_VACCINE = re.compile(
    r"vac ?xin|vaccines?|\bvx\b|covid(?:[ -]?19)?|sars[ -]?cov[ -]?2|phong|\bngua\b|\bten\b|\bloai\b"
)
OF_ANY_UNIT = re.compile(
    r"^(?:thanh pho|tinh|tp\.?|t\.p\.?|t\.|phuong|xa|dac khu|thi tran|p\.|x\.|tt\.)\s*(?=\S)|\b(?:province|city|ward|commune)$"
)
OTHER_NAMES = {
    "hcm": "hochiminh",
    "hochiminhcity": "hochiminh",
    "saigon": "hochiminh",
    "brvt": "bariavungtau",
    "hue": "thuathienhue",
    "tthue": "thuathienhue",
}


def key(text: str) -> str:
    """Returns the letters and digits of a name, folded: accents, signs and spaces do not count, nor what is over-long."""
    return NOT_LETTERS.sub("", fold(text))[:LONGEST]


def vaccine_keys(text: str) -> tuple[str, ...]:
    """Returns what to look a vaccine up by: all of what is written, and that without the words said of any vaccine."""
    return tuple(dict.fromkeys(filter(None, (key(text), key(OF_ANY_VACCINE.sub(" ", fold(text)))))))


def unit_key(text: str) -> str:
    """Returns what to look a province or ward up by: its name without its kind ("TP. Hồ Chí Minh", "Tỉnh Long An")."""
    words = fold(text).strip()
    bare = key(OF_ANY_UNIT.sub("", words)) or key(words)
    return OTHER_NAMES.get(bare, bare)
