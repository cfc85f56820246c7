"""CSV files: which character set and which separator, and their rows. Streams; holds one row at a time.

Character sets: UTF-8 and UTF-16 (with a mark or without), else Windows-1258, whose tones are marks of their own behind the
letter: all text becomes NFC, one character a letter.
"""

import codecs
import csv
import unicodedata
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from vaccinations.imports.reading.faults import UnreadableFileError

DELIMITERS = (",", ";", "\t", "|")
CHUNK = 1 << 16
# What a spreadsheet's cell can hold: more is a quotation mark never closed, which would swallow the file.
LONGEST_CELL = 32_767
# A line without an end would be read whole in search of it.
LONGEST_LINE = 1 << 20
SAMPLED_LINES = 50
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
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return _proven(file, encoding)
    return _proven(file, _unmarked_utf_16(head) or "utf-8", "cp1258")


def _unmarked_utf_16(head: bytes) -> str:
    """Where nearly every other byte is zero, it is UTF-16: digits and separators have one."""
    even, odd = head[::2], head[1::2]
    if even.count(0) > len(even) * 0.4:
        return "utf-16-be"
    return "utf-16-le" if odd.count(0) > len(odd) * 0.4 else ""


def _proven(file: BinaryIO, *encodings: str) -> str:
    """The first of these in which all of the file is text."""
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        file.seek(0)
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFileError("encoding")


def csv_rows(file: BinaryIO, encoding: str) -> Iterator[list[str]]:
    """Yields the cells of each row, the first row of the file first. Raises UnreadableFileError."""
    csv.field_size_limit(LONGEST_CELL)
    number = 0
    try:
        for cells in csv.reader(_lines(file, encoding), delimiter=_delimiter(file, encoding)):
            if cells == [END]:
                return
            number += 1
            yield cells
    except csv.Error as error:
        code = "long-cell" if "larger" in str(error) else "damaged"
        raise UnreadableFileError(code, number + 1) from None
    raise UnreadableFileError("open-quote", number)


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding, newline="")
    try:
        for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), "")):
            if len(line) == LONGEST_LINE:
                raise csv.Error("line larger than the limit")
            # Excel's own note to itself is no row of the sheet.
            if number or not line.lower().startswith("sep="):
                yield _cleaned(line)
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


def _cleaned(line: str) -> str:
    """NFC, without the NULs that no table can keep."""
    return unicodedata.normalize("NFC", line.replace("\0", ""))
