"""Why a file cannot be read: a code kept with the import, and the sentence it stands for, which says what to do."""

from django.utils.translation import gettext_lazy as _

FAULTS = {
    "empty": _("The file is empty. Choose the file again."),
    "not-a-sheet": _(
        "This is neither a spreadsheet (XLSX, XLS) nor a CSV file. Save the sheet as XLSX and send it again."
    ),
    "damaged": _(
        "The spreadsheet is damaged and cannot be opened. Open it in Excel, save it under a new name and send that."
    ),
    "protected": _("The file is protected by a password. Remove the password in Excel and send it again."),
    "unpacks-too-large": _(
        "Unpacked, this spreadsheet is too large to be read. Save it as CSV UTF-8, or in several parts."
    ),
    "encoding": _(
        "The text is in no character set we know. Save the sheet as “CSV UTF-8 (comma delimited)” or as XLSX."
    ),
    "open-quote": _(
        "A cell begins with a quotation mark that is never closed, at row %(row)s or after it. Close or remove it."
    ),
    "long-cell": _(
        "Row %(row)s has a cell longer than a spreadsheet allows. Mend it, or look for a missing quotation mark."
    ),
    "too-wide": _("The table has more than 300 columns. Remove those that are not needed and send it again."),
    "no-such-sheet": _("The file has no sheet of this name."),
    "no-rows": _("No rows were found below the headings. Check that the right sheet was saved."),
    "no-headings": _(
        "No row of headings was found. Headings such as “Họ và tên”, “Ngày tiêm” must stand above the rows."
    ),
}


class UnreadableFileError(Exception):
    """The file cannot be read: `code` is one of FAULTS, `message` says what to do. Never quotes the file."""

    def __init__(self, code: str, row: int = 0) -> None:
        super().__init__(code)
        self.code, self.row = code, row

    @property
    def message(self) -> str:
        return FAULTS[self.code] % {"row": self.row}
