from typing import Any

from django.core.management.base import BaseCommand

from vaccinations.loading.clinic import load_clinic
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds checklists, limits of vital signs and terms for reactions where there are none; changes none."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_clinic(by=Actor.command("load_clinic"))
        if options["verbosity"]:
            self.stdout.write(", ".join(f"{label}: {count} added" for label, count in added.items()))
