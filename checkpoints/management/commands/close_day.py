from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from checkpoints.movements.rollups import DayNotOverError, close_day
from vaxreg.actors import Actor

# Yesterday, and the day before it once more: whatever came late or was undone after midnight is counted then.
DAYS_AGAIN = 2


class Command(BaseCommand):
    help = "Counts the passages of finished days, late ones included; safe to repeat. Run it nightly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="this day only")
        which.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="this day to yesterday")

    def handle(self, *args: Any, day: date | None, since: date | None, **options: Any) -> None:
        today = timezone.localdate()
        first = day or since or today - timedelta(days=DAYS_AGAIN)
        last = day or today - timedelta(days=1)
        if first > last:
            raise CommandError(str(DayNotOverError.message))
        for number in range((last - first).days + 1):
            self.close(first + timedelta(days=number), today)

    def close(self, day: date, today: date) -> None:
        try:
            passages = close_day(day=day, today=today, by=Actor.command("close_day"))
        except DayNotOverError as error:
            raise CommandError(str(error.message)) from error
        self.stdout.write(f"{day}: {passages} passages")
