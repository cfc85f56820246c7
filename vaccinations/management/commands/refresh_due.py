from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from vaccinations.due.services import refresh_missing, refresh_stale
from vaxreg import audit
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = (
        "Works out anew which dose is due for whom, where rules changed, days passed or numbers changed. In slices, each "
        "a transaction of its own: safe to break off, to repeat and to run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--missing", action="store_true", help="also people with doses of whom nothing is known yet"
        )
        parser.add_argument("--at-most", type=int, help="stop after about so many people")

    def handle(self, *, missing: bool, at_most: int | None, **options: Any) -> None:
        today = timezone.localdate()
        people = sum(refresh_stale(today, at_most=at_most))
        if missing:
            people += sum(refresh_missing(today))
        if people:
            audit.record(by=Actor.command("refresh_due"), action="due.refreshed", changes={"people": people})
        if options["verbosity"]:
            self.stdout.write(f"{people} people worked out anew")
