"""Vietnamese names: cleaned for keeping, folded for finding, ordered as lists in Vietnam are (given name first)."""

import re
import unicodedata

MARKS = re.compile("[\u0300-\u036f]")
SPACES = re.compile(r"\s+")
TO_D = str.maketrans("đðÐĐ", "dddd")
WITHOUT_QUOTES = str.maketrans("", "", "'\\")
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Order of tones in Vietnamese dictionaries: level, grave, hook, tilde, acute, dot.
TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTER_MARKS = "\u0302\u0306\u031b"


def clean_name(text: str) -> str:
    """Returns the name as it is kept: NFC, the Icelandic Ð mended to Đ, single spaces, no control characters."""
    text = unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")
    text = "".join(" " if character.isspace() else character for character in text)
    text = "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn"))
    return SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Returns the accent-free lower-case search key; the database's residents_fold says the same."""
    text = MARKS.sub("", unicodedata.normalize("NFD", text).lower()).translate(TO_D)
    return SPACES.sub(" ", text)


def name_key(text: str) -> str:
    """Returns the folded words, each once, in order of the alphabet: equal for a name whatever the order of its words.

    The database's residents_name_key says the same.
    """
    return " ".join(sorted(set(fold(text).translate(WITHOUT_QUOTES).split())))


def sort_key(name: str) -> tuple:
    """Orders names as Vietnamese lists do: given name, then surname, then middle names; letters first, then tones."""
    words = name.split()
    return tuple(_word_key(word) for word in [*words[-1:], *words[:-1]])


def _word_key(word: str) -> tuple[list[int], list[int]]:
    letters, tones = [], []
    for character in unicodedata.normalize("NFC", word.lower()):
        parts = unicodedata.normalize("NFD", character)
        letter = unicodedata.normalize("NFC", parts[0] + "".join(mark for mark in parts[1:] if mark in LETTER_MARKS))
        letters.append(ALPHABET.find(letter) if letter in ALPHABET else len(ALPHABET) + ord(letter[0]))
        tones.append(max((TONES.index(mark) + 1 for mark in parts[1:] if mark in TONES), default=0))
    return letters, tones
