import csv
import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.models import Unit
from vaccinations.imports import services, stages
from vaccinations.imports.columns import DOUBTS, doubts_of
from vaccinations.imports.failures import sentence_of
from vaccinations.imports.files import hash_of
from vaccinations.imports.outcomes import row_outcomes
from vaccinations.imports.reading.sheet import FEWEST_HEADINGS
from vaccinations.models import DoseImport
from vaxreg.actors import Actor

State = DoseImport.State
BY = Actor.command("import_doses")
BAR = 30
# How often a commit begins again because desks have recorded doses of the sheet in the meantime.
ATTEMPTS = 5


class Command(BaseCommand):
    help = (
        "Brings a vaccination sheet (CSV, XLSX, XLS) into the register as far as review, with --commit all the way. "
        "The same command on the same file goes on with an import that was cut short."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the sheet")
        parser.add_argument("--commit", action="store_true", help="write the new doses into the register")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")
        parser.add_argument("--outcomes", type=Path, help="where to write row,outcome,citizen_id of every row as CSV")
        parser.add_argument("--sheet", default="", help="name of the workbook's sheet; else the first with headings")
        parser.add_argument("--province", help="code of the province whose sheet it is; else each row's own counts")

    def handle(self, **options: Any) -> None:
        self.quiet, self.since, self.shown = options["json"], perf_counter(), ""
        try:
            with options["file"].open("rb") as file:
                province = self.province(options["province"])
                dose_import = self.begin(file, options["file"].name, province, options["sheet"])
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        dose_import = self.run(dose_import)
        if options["commit"]:
            dose_import = self.commit(dose_import)
        if options["outcomes"]:
            write_outcomes(options["outcomes"], dose_import)
        self.stdout.write(json.dumps(summary(dose_import)) if self.quiet else sentence(dose_import))

    def province(self, code: str | None) -> Unit | None:
        if code is None:
            return None
        province = Unit.objects.provinces().in_force(timezone.localdate()).filter(code=code).first()
        if province is None:
            raise CommandError(_("No province of today has the code %(code)s.") % {"code": code})
        return province

    def begin(self, file: Any, name: str, province: Unit | None, sheet: str) -> DoseImport:
        """The import of this sheet that was cut short, or a new one."""
        file_hash, _size = hash_of(file)
        same = DoseImport.objects.filter(file_hash=file_hash).order_by("-pk")
        begun = same.filter(created_by=None, province=province).exclude(state__in=services.FINAL)
        begun = begun.filter(layout__sheet=sheet).first() if sheet else begun.first()
        if begun:
            self.say(_("Going on with import %(number)d of the same file.") % {"number": begun.pk})
            return again(begun)
        for twin in same.filter(state=State.COMMITTED)[:1]:
            facts = {"number": twin.pk, "day": timezone.localdate(twin.committed_at).strftime("%d/%m/%Y")}
            self.say(_("This file was committed before, as import %(number)d on %(day)s.") % facts)
        layout = {"sheet": sheet} if sheet else {}
        return services.receive(by=BY, file=file, name=name, province=province, layout=layout)

    def run(self, dose_import: DoseImport) -> DoseImport:
        try:
            dose_import = stages.run(dose_import, self.show)
        except stages.BusyError as error:
            raise CommandError(_("Another process is at this import. Wait until it is done.")) from error
        if dose_import.failure:
            raise CommandError(sentence_of(dose_import))
        if dose_import.awaits_columns:
            doubts = " ".join(str(DOUBTS[code]) for code in doubts_of(dose_import.layout))
            message = _("The columns of this sheet are not clear: %(doubts)s") % {"doubts": doubts}
            if len({column["field"] for column in dose_import.columns if column["field"]}) < FEWEST_HEADINGS:
                raise CommandError(message)
            self.say(message)
            return self.run(as_far_as_known(dose_import))
        if dose_import.other_sheets and dose_import.state == State.REVIEW:
            names = ", ".join(f"“{name}” ({rows})" for name, rows in dose_import.other_sheets.items())
            facts = {"sheet": dose_import.layout["sheet"], "names": names}
            self.say(_("Only the sheet “%(sheet)s” was read; others hold lists, too (see --sheet): %(names)s.") % facts)
        return dose_import

    def commit(self, dose_import: DoseImport) -> DoseImport:
        """Accepts all new doses as they are found; those of unknown facilities go to the placeholder of their province."""
        for _attempt in range(ATTEMPTS):
            if not dose_import.accepted or dose_import.state != State.REVIEW:
                break
            dose_import.takes_unknown_facilities = True
            dose_import.state = State.COMMITTING
            dose_import.save(update_fields=["takes_unknown_facilities", "state"])
            dose_import = self.run(dose_import)
        return dose_import

    def show(self, dose_import: DoseImport) -> None:
        """A bar that moves in a terminal; elsewhere a line a stage."""
        label = str(State(dose_import.state).label)
        if not self.quiet and sys.stderr.isatty():
            filled = BAR * dose_import.done // max(dose_import.total, 1)
            self.stderr.write(f"\r[{'#' * filled:<{BAR}}] {label}", ending="")
        elif label != self.shown:
            self.say(f"{label}: {perf_counter() - self.since:.1f} s")
        self.shown = label

    def say(self, text: str) -> None:
        if not self.quiet:
            self.stderr.write(text)


def as_far_as_known(dose_import: DoseImport) -> DoseImport:
    """The import, to be read by the columns that are clear: on a command line there is nobody to ask.

    Those that were guessed by their content are believed; of several that hold the same none is read. What is missing then is
    missing in each row.
    """
    held = Counter((column["field"], column["dose"]) for column in dose_import.columns)
    for column in dose_import.columns:
        if held[column["field"], column["dose"]] > 1:
            column["field"], column["dose"] = "", 0
        column["guessed"] = False
    dose_import.awaits_columns = False
    dose_import.save(update_fields=["layout", "awaits_columns"])
    return dose_import


def again(dose_import: DoseImport) -> DoseImport:
    """The import as it is to be gone on with: one that waits for review is checked anew, for the registry may have grown."""
    if dose_import.state == State.REVIEW:
        dose_import.state = State.READ
    if dose_import.state == State.COMMITTING:
        dose_import.state = State.MATCHED
    dose_import.failure, dose_import.done = "", 0
    dose_import.save(update_fields=["state", "failure", "done"])
    return dose_import


def write_outcomes(path: Path, dose_import: DoseImport) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "outcome", "citizen_id"])
        writer.writerows(row_outcomes(dose_import))


def summary(dose_import: DoseImport) -> dict[str, Any]:
    return {
        "import": dose_import.pk,
        "state": dose_import.state,
        "rows": dose_import.rows,
        "doses": dose_import.doses,
        "outcomes": {outcome.value: number for outcome, number in dose_import.counts.items()},
        "committed": dose_import.added or 0,
    }


def sentence(dose_import: DoseImport) -> str:
    lines = [f"{outcome.label}: {number}" for outcome, number in dose_import.counts.items()]
    total = _("%(rows)d rows, %(doses)d doses:") % {"rows": dose_import.rows, "doses": dose_import.doses}
    if dose_import.state == State.COMMITTED:
        end = _("Import %(number)d is committed: %(added)d doses added.")
    else:
        end = _("Import %(number)d waits for review; nothing was added to the register.")
    return "\n".join([total, *lines, end % {"number": dose_import.pk, "added": dose_import.added}])
