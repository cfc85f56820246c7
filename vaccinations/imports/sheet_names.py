"""Names of vaccines, facilities, provinces and wards as sheets write them, and the keys they are looked up by. Pure."""

import re

from residents.names import fold

# As long as FacilityAlias.name.
LONGEST = 200
# Of the name of a vaccine.
MOST_WORDS = 4
NOT_LETTERS = re.compile(r"[^a-z0-9]+")
# Said of any vaccine, so of no one in particular.
OF_ANY_VACCINE = re.compile(
    r"vac ?xin|vaccines?|\bvx\b|covid(?:[ -]?19)?|sars[ -]?cov[ -]?2|phong|\bngua\b|\bten\b|\bloai\b|\bhang\b|\bcua\b"
    r"|\b(?:anh|my|nga|cuba|trung quoc)\b"
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


def one_vaccine(text: str, known: dict[str, int]) -> int | None:
    """Returns the vaccine that every word of the text names, alone or with its neighbours: "AZ (AstraZeneca)"; None for two."""
    words = NOT_LETTERS.split(OF_ANY_VACCINE.sub(" ", fold(text)).strip())
    found: set[int | None] = set()
    while words:
        lengths = (length for length in range(min(MOST_WORDS, len(words)), 0, -1) if "".join(words[:length]) in known)
        length = next(lengths, 0)
        found.add(known["".join(words[:length])] if length else None)
        words = words[max(1, length) :]
    return found.pop() if len(found) == 1 else None


def unit_key(text: str) -> str:
    """Returns what to look a province or ward up by: its name without its kind ("TP. Hồ Chí Minh", "Tỉnh Long An")."""
    words = fold(text).strip()
    bare = key(OF_ANY_UNIT.sub("", words)) or key(words)
    return OTHER_NAMES.get(bare, bare)
