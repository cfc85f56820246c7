"""Files as clerks send them, read into rows of text: CSV of several kinds, and spreadsheets. Knows no database."""

from vaccinations.imports.reading.sheet import Sheet, UnreadableFileError, open_sheet

__all__ = ["Sheet", "UnreadableFileError", "open_sheet"]
