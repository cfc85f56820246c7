from typing import Any

from django.core.management.base import BaseCommand

from vaccinations.loading.schedules import load_vietnam
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds Vietnam's vaccination schedule where there is none; never overwrites what an administrator changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_vietnam(by=Actor.command("load_schedule"))
        if options["verbosity"]:
            self.stdout.write(f"{added} series added")
