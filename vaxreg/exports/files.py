"""The files that leave: XLSX and CSV, row by row, each with the watermark of its download."""

import csv
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from time import time
from typing import IO, Any

from django.utils import translation
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from vaxreg.exports.building import CHUNK_ROWS, batches, stored_rows
from vaxreg.exports.listings import Field, registry
from vaxreg.exports.models import Export
from vaxreg.exports.watermark import Watermark

# Scratch directories of workbooks; one that a killed process left is known by it (see purge_scratch).
SCRATCH_PREFIX = "vaxreg-export-"
LONGEST_WRITING_SECONDS = 3_600
# What makes spreadsheets take a text for a formula: at its beginning (OWASP ASVS 5.0, 1.2.10, and "CSV Injection", which
# adds line ends and the full-width forms), and after a separator at which some of them cut cells whatever the file says.
FORMULA = re.compile(r"(?:\A|(?<=[;\t\r\n]))(?=[\t\r\n]|\s*[=+\-@＝＋－＠])")
# Excel's own limit on what stands in a margin.
LONGEST_MARGIN = 255
NARROWEST = 16
# The ground of what is to be filled in.
ENTRY = "#fff7d6"
POINTS_A_LINE = 15
A4 = 9


def neutral(text: str) -> str:
    """Returns the text with an apostrophe wherever a spreadsheet would begin to calculate."""
    return FORMULA.sub("'", text)


def csv_parts(export: Export, mark: Watermark) -> Iterator[str]:
    """The text of a CSV file: watermark, headings, rows, and an end that tells a whole file from a cut one."""
    writer = csv.writer(Echo(), quoting=csv.QUOTE_ALL)
    # The mark in front tells spreadsheets that it is UTF-8.
    yield "\ufeff" + writer.writerow([neutral(mark.line)])
    yield writer.writerow([neutral(label) for label in headings(export)])
    spellings = [field.in_csv for field in fields_of(export)]
    for rows in batches(stored_rows(export), CHUNK_ROWS):
        yield "".join(writer.writerow(map(csv_cell, row, spellings)) for row in rows)
    yield writer.writerow([neutral(mark.end)])


class Echo:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_cell(value: Any, spell: Callable[[str], str]) -> Any:
    """The value as CSV has it: days day first, texts harmless, a number a number."""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return neutral(spell(value)) if isinstance(value, str) and value else value


def headings(export: Export) -> list[str]:
    """The names of the fields, in the language that the file was asked for in."""
    return export.words[export.language]["fields"]


def fields_of(export: Export) -> list[Field]:
    """The fields of the file; of those that exist no longer only the code is known."""
    listing = registry.listings.get(export.listing)
    known = {field.code: field for field in listing.fields} if listing else {}
    return [known.get(code, Field(code, code, ())) for code in export.fields]


def xlsx_file(export: Export, mark: Watermark) -> IO[bytes]:
    """Returns a workbook as an open file without a name: closed, it is gone. Raises DamagedFileError."""
    file = TemporaryFile()  # noqa: SIM115  The response closes it.
    try:
        # Its rows lie here until they are put together, readable to this process's user only.
        with TemporaryDirectory(prefix=SCRATCH_PREFIX) as folder:
            write_workbook(file, folder, export, mark)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def write_workbook(file: IO[bytes], folder: str, export: Export, mark: Watermark) -> None:
    """One sheet: watermark, headings that stay in sight and are printed on each page, rows, end."""
    with Workbook(file, {"constant_memory": True, "tmpdir": folder}) as workbook:
        say_whose(workbook, mark)
        sheet = workbook.add_worksheet()
        set_up_page(sheet, mark)
        write_rows(workbook, sheet, export, mark)


def say_whose(workbook: Workbook, mark: Watermark) -> None:
    """The watermark where nobody sees it at once: in the properties of the document."""
    workbook.set_properties({"title": mark.title, "author": mark.person, "comments": mark.line, "keywords": mark.code})
    workbook.set_custom_property("VaxReg download", mark.code)


def write_rows(workbook: Workbook, sheet: Worksheet, export: Export, mark: Watermark) -> None:
    """The cells, from the first row to the last."""
    bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "dd/mm/yyyy"})
    labels, fields = headings(export), fields_of(export)
    entry = workbook.add_format({"locked": False, "text_wrap": True, "bg_color": ENTRY, "border": 1})
    for column, label in enumerate(labels):
        sheet.set_column(column, column, max(len(label) + 2, NARROWEST))
    guard_entries(sheet, export, fields)
    write_watermark(
        sheet, mark.line, len(labels), workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    )
    write_row(sheet, 1, labels, bold)
    entries = [column for column, field in enumerate(fields) if field.is_entry]
    for number, row in enumerate(stored_rows(export), start=2):
        write_row(sheet, number, row, None, day)
        for column in entries:
            sheet.write_blank(number, column, None, entry)
    sheet.write_string(export.built_rows + 2, 0, mark.end, bold)


def guard_entries(sheet: Worksheet, export: Export, fields: list[Field]) -> None:
    """In a list that comes back only what is to be filled in can be changed, and from a list where there is one.

    Without a password: it is against slips, and what comes back is checked all the same.
    """
    if not any(field.is_entry for field in fields):
        return
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    with translation.override(export.language):
        for column, field in enumerate(fields):
            if field.options:
                choices = {"validate": "list", "source": [str(option) for option in field.options]}
                sheet.data_validation(2, column, max(export.built_rows + 1, 2), column, choices)


def write_watermark(sheet: Worksheet, line: str, columns: int, bold: Any) -> None:
    """The first row, over all columns, high enough to be read and printed whole."""
    lines = -(-len(line) // (columns * NARROWEST)) + 1
    sheet.set_row(0, lines * POINTS_A_LINE)
    if columns > 1:
        sheet.merge_range(0, 0, 0, columns - 1, line, bold)
    else:
        sheet.write_string(0, 0, line, bold)


def set_up_page(sheet: Worksheet, mark: Watermark) -> None:
    """How the sheet is shown and printed: the watermark in the margins of every page."""
    margin = in_margin(mark.short)
    sheet.set_header(f"&L{margin}")
    sheet.set_footer(f"&L{margin}&R&P/&N")
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(0, 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    # Numbers of people and phones are texts on purpose; Excel need not mark each of them as a mistake.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def in_margin(text: str) -> str:
    """The text as a print's margin takes it: no codes of its own, and short enough."""
    return text.replace("&", "&&")[: LONGEST_MARGIN - 20].rstrip("&")


def write_row(
    sheet: Worksheet, number: int, row: Iterable[Any], text_format: Any = None, day_format: Any = None
) -> None:
    """Each value as what it is: a text always a text, never a formula, a link or a number."""
    for column, value in enumerate(row):
        if isinstance(value, str):
            sheet.write_string(number, column, value, text_format)
        elif isinstance(value, date):
            sheet.write_datetime(number, column, value, day_format)
        elif value is not None:
            sheet.write_number(number, column, value)


def purge_scratch() -> int:
    """Removes what a process that was killed over a workbook left on this machine, and returns how many there were."""
    old = time() - LONGEST_WRITING_SECONDS
    left = [path for path in Path(gettempdir()).glob(f"{SCRATCH_PREFIX}*") if path.stat().st_mtime < old]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)
