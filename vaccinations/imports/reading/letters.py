"""Letters as they were meant, where a file went through a programme that took its character set for another. Pure."""

import re
import unicodedata

# Windows-1252 with the five bytes it leaves out: what UTF-8 becomes when Excel opens a CSV of it unasked.
WINDOWS_1252 = {bytes([code]).decode("cp1252", "ignore") or chr(code): code for code in range(256)}
# Bytes that begin a Vietnamese letter in UTF-8 (à ă đ ơ ư ạ ề), each followed by one that cannot begin any, read so.
LETTERS = "".join(letter for letter, code in WINDOWS_1252.items() if 0x80 <= code < 0xC0)
SCRAMBLED = re.compile(f"[ÃÄÅÆÌ][{re.escape(LETTERS)}]|á[º»][{re.escape(LETTERS)}]")
BROKEN = re.compile("[?\ufffd]*\ufffd[?\ufffd]*")


def cleaned(text: str) -> str:
    """Returns the text in NFC, one question mark for each broken letter, without the NULs that no table can keep."""
    if text.isascii():
        return text.replace("\0", "")
    text = BROKEN.sub("?", unscrambled(text.replace("\0", "")))
    return unicodedata.normalize("NFC", text)


def unscrambled(text: str) -> str:
    """Returns UTF-8 that was taken for Windows-1252 ("Nguyá»…n") as it was; all other text as it is."""
    if not SCRAMBLED.search(text):
        return text
    try:
        return bytes(WINDOWS_1252[letter] for letter in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return text
