import csv
from argparse import ArgumentParser
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.extract import Extract, UnreadableExtractError
from residents.importing import PROBLEMS, Outcome, UnitsNotLoadedError, import_residents
from vaxreg.actors import Actor

SHOWN_ON_SCREEN = 20


class Command(BaseCommand):
    help = (
        "Merges the extract of the population database into the registry. CSV in UTF-8 with the headings citizen_id, "
        "full_name, date_of_birth (dd/mm/yyyy), sex, province_code (first three digits of citizen IDs), phone. "
        "All or nothing, and safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the extract")
        parser.add_argument(
            "--rejected", type=Path, help="where to write the reported rows, as a CSV of row and reason"
        )

    def handle(self, **options: Any) -> None:
        self.since = perf_counter()
        try:
            with options["file"].open("rb") as file:
                self.mention_extra_columns(Extract(file))
                file.seek(0)
                outcome = import_residents(
                    by=Actor.command("import_residents"),
                    file=file,
                    on=timezone.localdate(),
                    progress=self.show_progress,
                )
            if options["rejected"]:
                write_report(options["rejected"], outcome)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except (UnreadableExtractError, UnitsNotLoadedError) as error:
            raise CommandError(error.message) from error
        self.show(outcome, in_file=bool(options["rejected"]))

    def mention_extra_columns(self, extract: Extract) -> None:
        if extract.extra_headings:
            self.stdout.write(_("Columns left unread: %(names)s.") % {"names": ", ".join(extract.extra_headings)})

    def show_progress(self, stage: str, rows: int) -> None:
        stages = {"read": _("Read"), "checked": _("Checked"), "merged": _("Merged")}
        before, self.since = self.since, perf_counter()
        seconds = self.since - before
        self.stdout.write(
            _("%(stage)s: %(rows)d rows in %(seconds).1f s, %(rate)d rows/s")
            % {"stage": stages[stage], "rows": rows, "seconds": seconds, "rate": rows / max(seconds, 0.001)}
        )
        self.stdout.flush()

    def show(self, outcome: Outcome, *, in_file: bool) -> None:
        self.stdout.write(
            _(
                "%(rows)d rows: %(added)d added, %(changed)d changed, %(unchanged)d unchanged, "
                "%(identical)d repeated within the file, %(rejected)d rejected."
            )
            % outcome.counts
        )
        shown = [] if in_file else outcome.reported[:SHOWN_ON_SCREEN]
        for row, problem in shown:
            self.stdout.write(_("Row %(row)d: %(reason)s") % {"row": row, "reason": PROBLEMS[problem]})
        if not in_file and len(outcome.reported) > len(shown):
            hidden = len(outcome.reported) - len(shown)
            self.stdout.write(_("… and %(count)d more: use --rejected to have them all in a file.") % {"count": hidden})


def write_report(path: Path, outcome: Outcome) -> None:
    """Writes the row and the reason of all rows reported, and nothing else of them, as a spreadsheet opens it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason"])
        writer.writerows((row, PROBLEMS[problem]) for row, problem in outcome.reported)
