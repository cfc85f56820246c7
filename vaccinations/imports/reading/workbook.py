"""XLSX and XLS files by calamine, which holds the whole sheet in memory: some 1.3 kB a row of 13 cells.

An XLSX is a zip: what it unpacks to is counted before it is unpacked in earnest, whatever the zip says of itself.
"""

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from defusedxml.ElementTree import fromstring
from django.conf import settings
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from vaccinations.imports.reading.faults import UnreadableFileError
from vaccinations.imports.reading.letters import cleaned

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHUNK = 1 << 20
MOST_PARTS = 10_000
PROPERTIES = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}workbookPr"


def is_workbook(file: BinaryIO) -> bool:
    """Whether the file says at its beginning that it is a spreadsheet."""
    file.seek(0)
    return file.read(len(COMPOUND)).startswith((ZIP, COMPOUND))


def open_workbook(file: BinaryIO) -> CalamineWorkbook:
    """Returns the workbook. Raises UnreadableFileError."""
    file.seek(0)
    if file.read(len(ZIP)) == ZIP:
        _refuse_bomb(file)
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except CalamineError as error:
        if _is_protected(file):
            raise UnreadableFileError("protected") from None
        raise UnreadableFileError("not-a-sheet" if "detect" in str(error) else "damaged") from None


def _is_protected(file: BinaryIO) -> bool:
    """Whether a password was set. Calamine says so only where the name of the file says what to take it for."""
    for suffix in (".xlsx", ".xls"):
        with NamedTemporaryFile(suffix=suffix) as named:
            file.seek(0)
            shutil.copyfileobj(file, named)
            named.flush()
            try:
                CalamineWorkbook.from_path(named.name)
            except PasswordError:
                return True
            except CalamineError:
                continue
    return False


def worksheets(workbook: CalamineWorkbook) -> list[str]:
    """Returns the names of the sheets that hold cells, in their order."""
    return [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]


def sheet_rows(sheet: CalamineSheet, *, filled_from: int | None = None) -> Iterator[list[str]]:
    """Yields the cells of each row as text, row 1 of the sheet first.

    A cell merged over several rows stands in each of them, if it begins in row `filled_from` or below.
    """
    first_column = sheet.start[1] if sheet.start else 0
    merged = _merged_over_rows(sheet, filled_from) if filled_from else {}
    standing: dict[int, tuple[int, str]] = {}
    for row, cells in enumerate(sheet.iter_rows()):
        texts = [""] * first_column + [cell_text(cell) for cell in cells]
        for column, (last_row, text) in standing.items():
            if row <= last_row and column < len(texts):
                texts[column] = texts[column] or text
        for column, last_row in merged.get(row, ()):
            standing[column] = last_row, texts[column] if column < len(texts) else ""
        yield texts


def _merged_over_rows(sheet: CalamineSheet, first_row: int) -> dict[int, list[tuple[int, int]]]:
    """The cells merged downwards, by the row they begin in: their column and their last row, all counted from 0."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if bottom > top >= first_row - 1:
            found.setdefault(top, []).append((left, bottom))
    return found


def load_sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    """Returns the sheet of that name. Raises UnreadableFileError."""
    try:
        return workbook.get_sheet_by_name(name)
    except CalamineError:
        raise UnreadableFileError("damaged") from None


def counts_from_1904(file: BinaryIO) -> bool:
    """Whether the workbook counts its days from 1904, as Excel for Mac did. Of an XLS this is not known: False."""
    file.seek(0)
    if file.read(len(ZIP)) != ZIP:
        return False
    with ZipFile(file) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return False
        properties = fromstring(archive.read("xl/workbook.xml")).find(PROPERTIES)
    return properties is not None and properties.get("date1904") in ("1", "true")


def cell_text(value: Any) -> str:
    """Returns a cell as a clerk would have typed it: whole numbers without a point, days as yyyy-mm-dd."""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, float):
        # Digits beyond the fifteenth are none that Excel keeps.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _refuse_bomb(file: BinaryIO) -> None:
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or not _fits(archive, parts):
                raise UnreadableFileError("unpacks-too-large")
    except (BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError):
        raise UnreadableFileError("damaged") from None


def _fits(archive: ZipFile, parts: list[ZipInfo]) -> bool:
    left = settings.IMPORT_MOST_UNPACKED_BYTES
    for part in parts:
        # What the zip says of its own size is no promise: read on until there is no more, or too much.
        part.file_size = left + 2 * CHUNK
        with archive.open(part) as content:
            while chunk := content.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    return False
    return True
