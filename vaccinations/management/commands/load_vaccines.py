from typing import Any

from django.core.management.base import BaseCommand

from vaccinations.loading.vaccines import load_vaccines
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds the vaccines that are missing; never overwrites what an administrator changed."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_vaccines(by=Actor.command("load_vaccines"))
        if options["verbosity"]:
            self.stdout.write(f"{added} vaccines added")
