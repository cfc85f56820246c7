from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from checkpoints.rules.level_import import LevelsError, import_levels, read_levels
from vaxreg.actors import Actor

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Imports epidemic risk levels: CSV in UTF-8 with the headings code, level, in_force_from, in_force_until, source. "
        "All or nothing, and safe to repeat; a new level ends the one before it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, **options: Any) -> None:
        try:
            rows = read_levels(options["file"].read_text(encoding="utf-8"))
            counts = import_levels(by=Actor.command("import_risk_levels"), rows=rows)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CommandError(_("The file is not in UTF-8.")) from error
        except LevelsError as error:
            raise CommandError("\n".join(error.problems[:SHOWN])) from error
        self.stdout.write(_("Risk levels: %(added)d added, %(ended)d ended, %(unchanged)d unchanged.") % counts)
