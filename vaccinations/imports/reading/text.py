"""CSV files: which character set and which separator, and their rows. Streams; holds one row at a time.

Character sets: UTF-8 and UTF-16 (with a mark or without), else Windows-1258, whose tones are marks of their own behind the
letter (all text becomes NFC, one character a letter), or Windows-1252, as an English Excel saves what it has letters for, with
question marks for the rest. A few broken bytes do not make a UTF-8 file one of Windows-1258: each
becomes a question mark, and the rest of the file is read.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from vaccinations.imports.reading.faults import UnreadableFileError
from vaccinations.imports.reading.letters import cleaned

DELIMITERS = (",", ";", "\t", "|")
CHUNK = 1 << 16
# Web pages and XML (many systems call them .xls), documents and pictures.
OF_OTHER_KINDS = (b"<", b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8\xff")
# What a spreadsheet's cell can hold: more is a quotation mark never closed, which would swallow the file.
LONGEST_CELL = 32_767
# A line without an end would be read whole in search of it.
LONGEST_LINE = 1 << 20
SAMPLED_LINES = 50
# In UTF-8 so many letters beyond ASCII are whole for each that is broken; in another character set nearly none are.
WHOLE_LETTERS = 20
TONES = "\u0300\u0301\u0303\u0309\u0323"
TONE_ON_VOWEL = re.compile(f"[aeiouyâăêôơư][{TONES}]", re.IGNORECASE)
# Follows the last line: where it comes out as a row of its own, no quotation mark was left open.
END = "\x03end of the file\x03"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(file: BinaryIO) -> str:
    """Returns the name of the character set. Reads the file once. Raises UnreadableFileError."""
    file.seek(0)
    head = file.read(CHUNK)
    if not head:
        raise UnreadableFileError("empty")
    if head.lstrip()[:5].lower().startswith(OF_OTHER_KINDS):
        raise UnreadableFileError("not-a-sheet")
    marked = next((encoding for mark, encoding in MARKS if head.startswith(mark)), "") or _unmarked_utf_16(head)
    expected = marked or "utf-8"
    if _is_whole(file, expected) or (expected.startswith("utf-8") and _is_mostly_utf_8(file)):
        return expected
    if not marked and _is_whole(file, "cp1258") and _has_tones_on_vowels(file):
        return "cp1258"
    if not marked and _is_whole(file, "cp1252"):
        return "cp1252"
    raise UnreadableFileError("not-a-sheet" if b"\0" in head else "encoding")


def _has_tones_on_vowels(file: BinaryIO) -> bool:
    """Whether it is Windows-1258 indeed: the bytes of its tones are letters of their own in Windows-1252 (Tình, Hòa)."""
    on_vowels = elsewhere = 0
    for text in _decoded(file, "cp1258", "strict"):
        right = len(TONE_ON_VOWEL.findall(text))
        on_vowels, elsewhere = on_vowels + right, elsewhere + sum(map(text.count, TONES)) - right
    return on_vowels >= elsewhere


def _unmarked_utf_16(head: bytes) -> str:
    """Where nearly every other byte is zero, it is UTF-16: digits and separators have one."""
    even, odd = head[::2], head[1::2]
    if even.count(0) > len(even) * 0.4:
        return "utf-16-be"
    return "utf-16-le" if odd.count(0) > len(odd) * 0.4 else ""


def _is_whole(file: BinaryIO, encoding: str) -> bool:
    """Whether all of the file is text in that character set."""
    try:
        for _text in _decoded(file, encoding, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf_8(file: BinaryIO) -> bool:
    whole = broken = 0
    for text in _decoded(file, "utf-8", "replace"):
        replaced = text.count("\ufffd")
        whole += len(text) - len(text.encode("ascii", "ignore")) - replaced
        broken += replaced
    return whole >= WHOLE_LETTERS * broken


def _decoded(file: BinaryIO, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def csv_rows(file: BinaryIO, encoding: str) -> Iterator[list[str]]:
    """Yields the cells of each row, the first row of the file first. Raises UnreadableFileError."""
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    try:
        for cells in csv.reader(_lines(file, encoding), delimiter=_delimiter(file, encoding)):
            if cells == [END]:
                return
            number += 1
            yield [_unwrapped(cell) for cell in cells] if any(cell.startswith('="') for cell in cells) else cells
    except csv.Error as error:
        code = "long-cell" if "larger" in str(error) else "damaged"
        raise UnreadableFileError(code, number + 1) from None
    raise UnreadableFileError("open-quote", number)


def _unwrapped(cell: str) -> str:
    """="0790…" is how a programme keeps Excel from dropping the zero."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), "")):
            if len(line) == LONGEST_LINE:
                raise csv.Error("line larger than the limit")
            # Excel's own note to itself is no row of the sheet.
            if number or not line.lower().startswith("sep="):
                yield cleaned(line)
        yield END
    finally:
        # Else the wrapper would close a file that is not its own.
        text.detach()


def _delimiter(file: BinaryIO, encoding: str) -> str:
    """The separator by which the first lines fall into most cells, alike from line to line."""
    lines = list(islice(_lines(file, encoding), SAMPLED_LINES))

    def evenness(delimiter: str) -> int:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1]
        return max((width * widths.count(width) for width in set(widths)), default=0)

    return max(DELIMITERS, key=evenness)
