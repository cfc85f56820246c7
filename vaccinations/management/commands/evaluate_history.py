import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from vaccinations.loading.cases import Outcome, compare, counts
from vaccinations.loading.schedules import schedule_terms
from vaccinations.models import Schedule


class Command(BaseCommand):
    help = (
        "Applies a vaccination schedule to a file of cases; exit status 1 where anything differs from what it expects."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cases", type=Path, metavar="CASES.json")
        parser.add_argument("--schedule", required=True, help="code of the schedule, such as cdsi")

    def handle(self, *, cases: Path, schedule: str, **options: Any) -> None:
        try:
            terms = schedule_terms(schedule)
            outcomes = [compare(terms, case) for case in json.loads(cases.read_text(encoding="utf-8"))]
        except Schedule.DoesNotExist as error:
            raise CommandError(f"There is no schedule {schedule!r}: load it first.", returncode=2) from error
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise CommandError(f"{cases.name} cannot be read: {error!r}", returncode=2) from error
        for outcome in outcomes:
            self._print(outcome)
        self.stdout.write(counts(outcomes))
        if any(outcome.differs for outcome in outcomes):
            raise SystemExit(1)

    def _print(self, outcome: Outcome) -> None:
        self.stdout.write(f"{outcome.id} {outcome.name} [{outcome.series}]")
        for fact in outcome.facts:
            difference = f" – expected {fact.expected}" if fact.differs else ""
            self.stdout.write(f"    {fact.label}: {fact.found}{difference}")
