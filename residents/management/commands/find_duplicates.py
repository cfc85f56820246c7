from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from residents.duplicates import SLICE, find_duplicates
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = (
        "Looks through the registry for people who are in it twice, and proposes the pairs. Joins nobody. "
        "May be stopped at any time: the next run goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--slice", type=int, default=SLICE, help="people looked at in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        for search in find_duplicates(by=Actor.command("find_duplicates"), size=options["slice"]):
            self.stdout.write(
                _("%(people)d of %(registered)d people looked at, %(pairs)d new pairs")
                % {"people": search.people, "registered": search.registered, "pairs": search.pairs}
            )
            self.stdout.flush()
