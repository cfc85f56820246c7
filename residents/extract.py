"""The extract of the population database as a file: its headings, and bytes that COPY will take. Knows no database."""

import codecs
import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

HEADINGS = ("citizen_id", "full_name", "date_of_birth", "sex", "province_code", "phone")
DELIMITERS = (",", ";", "\t")
# A heading is short; a file without line ends must not be read whole in search of its end.
LONGEST_LINE = 65_536


class UnreadableExtractError(Exception):
    """The file is no extract that can be read; `message` says what to mend, without quoting the file."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Extract:
    """Reads the heading at once; `read` then gives the rest, whose bytes have been found to be text.

    `headings` are all columns in the order of the file, `extra_headings` those that are not ours.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.lines = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        written = self._heading_cells()
        self.headings = [cell.strip().lower() for cell in written]
        self.extra_headings = [cell for cell in self.headings if cell not in HEADINGS]
        missing = [heading for heading in HEADINGS if heading not in self.headings]
        if missing:
            raise UnreadableExtractError(
                _("This is no population extract. Headings missing from row 1: %(missing)s.")
                % {"missing": ", ".join(missing)}
            )
        twice = [heading for heading in HEADINGS if self.headings.count(heading) > 1]
        if twice:
            raise UnreadableExtractError(
                _("Headings that row 1 has more than once: %(twice)s. Rename or remove all but one of each.")
                % {"twice": ", ".join(twice)}
            )

    def _heading_cells(self) -> list[str]:
        def lines() -> Iterator[str]:
            while line := self.file.readline(LONGEST_LINE):
                yield line.decode("utf-8-sig").replace("\0", "")

        position = self.file.tell()
        for self.delimiter in DELIMITERS:
            self.file.seek(position)
            try:
                cells = next(csv.reader(lines(), delimiter=self.delimiter), [])
            except (UnicodeDecodeError, csv.Error) as error:
                raise UnreadableExtractError(
                    _("Row 1 is no text in UTF-8. Save the sheet as “CSV UTF-8 (comma delimited)”.")
                ) from error
            if len(cells) > 1:
                return cells
        return cells

    def read(self, size: int = -1) -> bytes:
        """Returns the next bytes. Raises UnreadableExtractError for those that are no text."""
        chunk = self.file.read(size)
        try:
            self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise self.fault() from error
        if b"\0" in chunk:
            raise self.fault()
        self.lines += chunk.count(b"\n")
        return chunk

    def fault(self) -> UnreadableExtractError:
        """Reads the file again, slowly, and returns its first fault with the row as a spreadsheet counts: heading 1."""
        self.file.seek(0)
        text = TextIOWrapper(self.file, encoding="utf-8-sig", errors="surrogateescape", newline="")
        try:
            for row, cells in enumerate(csv.reader(text, delimiter=self.delimiter), start=1):
                if message := self._fault_in("".join(cells), len(cells)):
                    return UnreadableExtractError(
                        message % {"row": row, "cells": len(cells), "wanted": len(self.headings)}
                    )
        except csv.Error:
            # A quotation mark opened and never closed swallows the rest of the file as one cell.
            return UnreadableExtractError(
                _("A cell begins with a quotation mark that is never closed. Close or remove it.")
            )
        finally:
            text.detach()
        return UnreadableExtractError(
            _(
                "The rows cannot be told apart: quotation marks or line ends are mixed up. Save the sheet as CSV UTF-8 again."
            )
        )

    def _fault_in(self, text: str, cells: int) -> str:
        if any("\udc80" <= character <= "\udcff" for character in text):
            return _("Row %(row)d is no text in UTF-8. Save the sheet as “CSV UTF-8 (comma delimited)”.")
        if "\0" in text:
            return _("Row %(row)d contains a NUL character. Remove it.")
        if cells != len(self.headings):
            return _("Row %(row)d has %(cells)d cells instead of %(wanted)d. Mend or remove it.")
        return ""
