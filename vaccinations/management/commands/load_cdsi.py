from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vaccinations.loading.cdsi import DamagedFileError, load_cdsi
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Loads CDC's CDSi supporting data (XML) as a vaccination schedule; what the schedule held is replaced."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.xml")
        parser.add_argument("--schedule", default="cdsi", help="code of the schedule (cdsi)")

    def handle(self, *, file: Path, schedule: str, **options: Any) -> None:
        try:
            counts = load_cdsi(by=Actor.command("load_cdsi"), path=file, code=schedule)
        except (OSError, DamagedFileError) as error:
            raise CommandError(f"Nothing loaded: {error}") from error
        if options["verbosity"]:
            rows = ", ".join(f"{number} {name}" for name, number in counts.items())
            self.stdout.write(f"Schedule {schedule}: {rows}.")
