"""Why an import stopped, in words that say what to do."""

from django.utils.translation import gettext_lazy as _

from vaccinations.imports.reading.faults import FAULTS
from vaccinations.models import DoseImport

FAILURES = FAULTS | {
    "disk-full": _("The database server has no room left. Tell the administrator; then resume the import."),
    "worker-died": _(
        "The work was begun several times and broke off each time. The file may be too large; try it in parts."
    ),
    "facilities": _("Some doses have no known facility. Say which facility it is, or that they go without."),
    "unexpected": _("Something went wrong that we did not foresee. Resume the import, or tell the administrator."),
}


def is_of_file(dose_import: DoseImport) -> bool:
    """Whether the file itself cannot be read, so that trying again would change nothing."""
    return dose_import.failure in FAULTS


def sentence_of(dose_import: DoseImport) -> str:
    """Returns why the import stopped and what to do; '' while nothing is wrong."""
    if not dose_import.failure:
        return ""
    return str(FAILURES.get(dose_import.failure, FAILURES["unexpected"])) % {"row": dose_import.failure_row}
