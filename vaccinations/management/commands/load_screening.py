from typing import Any

from django.core.management.base import BaseCommand

from vaccinations.loading.screening import load_screening
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds the screening checklists where there are none; never overwrites what an administrator changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_screening(by=Actor.command("load_screening"))
        if options["verbosity"]:
            self.stdout.write(", ".join(f"{label}: {count} added" for label, count in added.items()))
