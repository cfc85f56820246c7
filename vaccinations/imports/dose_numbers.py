"""The number of a dose as clerks write it, by a stated table and nothing else. Pure.

A number is an Arabic or Roman numeral or a Vietnamese or English word, alone or after the words that stand before it ("mũi",
"mũi thứ", "mũi cơ bản", "lần", "liều", "dose", "số"). Whatever else is in the cell ("15n", "nhắc lại", "1/2", nothing) is no
number: SORMAS took "15n" (#6888), and DIVOC certified zeros for what it could not read. "Nhắc lại 1" is the first booster, and
which dose of the person that is, the cell does not say.
"""

import re

from residents.names import fold

WORDS = {
    1: ("1", "i", "mot", "nhat", "dau", "1st", "first", "one"),
    2: ("2", "ii", "hai", "nhi", "2nd", "second", "two"),
    3: ("3", "iii", "ba", "3rd", "third", "three"),
    4: ("4", "iv", "bon", "tu", "4th", "fourth", "four"),
    5: ("5", "v", "nam", "5th", "fifth", "five"),
    6: ("6", "vi", "sau", "6th", "sixth", "six"),
    7: ("7", "vii", "bay", "7th", "seventh", "seven"),
    8: ("8", "viii", "tam", "8th", "eighth", "eight"),
    9: ("9", "ix", "chin", "9th", "ninth", "nine"),
}
NUMBERS = {word: number for number, words in WORDS.items() for word in words}
# The longest first, for a pattern takes the first that fits.
ORDINAL = "|".join(sorted(NUMBERS, key=len, reverse=True))
BEFORE = r"(?:(?:mui|lan|lieu|dose|m)(?: ?tiem)?(?: ?co ban)?[ .:_\-]*|co ban )?(?:(?:so|thu|no)\.? ?)?#?"
BEHIND = r"(?: dose| ?\(co ban\))?"
WORD = re.compile(rf"{BEFORE}(?P<word>{ORDINAL}){BEHIND}")
# A spreadsheet keeps 2 as 2.0, and clerks write 02.
DIGITS = re.compile(rf"{BEFORE}0*(?P<digits>[1-9][0-9]?)(?:[.,]0+)?{BEHIND}", re.ASCII)
IN_BRACKETS = re.compile(r"[(\[](?P<inside>[^()\[\]]*)[)\]]")


def read_dose_number(text: str) -> int | None:
    """Returns the number that the text says, or None where it says none. Whether a course is that long is no matter here."""
    words = " ".join(fold(text).split()).rstrip(".;:")
    words = IN_BRACKETS.sub(r"\g<inside>", words) if words.startswith(("(", "[")) else words
    match = DIGITS.fullmatch(words)
    if match:
        return int(match["digits"])
    match = WORD.fullmatch(words)
    return NUMBERS[match["word"]] if match else None
