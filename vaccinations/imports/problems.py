"""What can be wrong with a dose of a sheet, or is worth saying of it: codes, and the sentences they stand for."""

from django.utils.translation import gettext_lazy as _

# Of the values as they are written (SheetDose.problems).
PROBLEMS = {
    "ragged": _("The row has more cells than there are headings: a separator stands inside a value."),
    "no-dose": _("The row is no dose: a heading, a total or a signature."),
    "number-missing": _("The number is missing."),
    "number-malformed": _("The number has neither 12 nor 9 digits."),
    "digits-lost": _("The spreadsheet has cut digits off the number. Format the column as text and enter it again."),
    "number-restored": _("The zeros in front of the number, which a spreadsheet drops, were put back."),
    "name-missing": _("The name is missing."),
    "name-long": _("The name is longer than 150 characters."),
    "birth-unreadable": _("The date of birth cannot be read."),
    "sex-unreadable": _("The sex is none of Nam and Nữ."),
    "phone-unreadable": _("The phone number cannot be read."),
    "province-unknown": _("No province has this name."),
    "vaccine-missing": _("The vaccine is missing."),
    "vaccine-unknown": _("No vaccine is known by this name."),
    "dose-missing": _("The dose number is missing."),
    "dose-unreadable": _("The dose number cannot be read."),
    "day-missing": _("The day of the dose is missing."),
    "day-unreadable": _("The day of the dose cannot be read. Write it dd/mm/yyyy."),
    "day-future": _("The day of the dose lies in the future."),
    "lot-long": _("The lot number is longer than 30 characters."),
    "facility-missing": _("The facility is missing."),
    "facility-unknown": _("The facility is not known by this name."),
    "facility-other": _("The row names another facility than the one that sent the sheet."),
}
# Why a dose has its outcome (SheetDose.reason).
REASONS = {
    "before-birth": _("The day of the dose lies before the person's birth."),
    "recorded-differs": _("A dose of this number is recorded with another day or vaccine."),
    "recorded-same-day": _("Another dose of the same day is recorded under another number."),
    "file-differs": _("The file has a dose of this number with another day or vaccine."),
    "recorded-order": _(
        "A dose of a higher number is recorded on an earlier day, or one of a lower number on a later day."
    ),
    "file-order": _("The file has a dose of a higher number on an earlier day, or of a lower number on a later day."),
    "file-same-day": _("The file has doses of different numbers on the same day."),
    "number-unknown": _("Nobody is registered under this number, and nobody was found by the other facts."),
    "candidate": _("Somebody was found who may be the person. Somebody must look at both records."),
}
# What is unusual about a dose that can be recorded all the same (Dose.warnings).
OTHER_LOT = "other-lot"
WARNINGS = {OTHER_LOT: _("The lot is one of another vaccine. The dose is recorded without a lot.")}


def sentences(*, problems: list[str], reason: str, warnings: list[str]) -> list[str]:
    """Returns what there is to say of a dose, what decided its outcome first."""
    found = [REASONS[reason]] if reason else []
    found += [PROBLEMS[code] for code in problems] + [WARNINGS[code] for code in warnings if code in WARNINGS]
    return [str(sentence) for sentence in found]
