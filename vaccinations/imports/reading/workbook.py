"""XLSX and XLS files by calamine, which holds the whole sheet in memory: some 1.3 kB a row of 13 cells.

An XLSX is a zip: what it unpacks to is counted before it is unpacked in earnest, whatever the zip says of itself.
"""

import shutil
import unicodedata
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


def sheet_rows(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Yields the cells of each row as text, row 1 of the sheet first."""
    first_column = sheet.start[1] if sheet.start else 0
    for cells in sheet.iter_rows():
        yield [""] * first_column + [cell_text(cell) for cell in cells]


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
        return value if value.isascii() and "\0" not in value else unicodedata.normalize("NFC", value.replace("\0", ""))
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
