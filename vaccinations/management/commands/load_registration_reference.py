from typing import Any

from django.core.management.base import BaseCommand

from vaccinations.loading.registration import load_registration_reference
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds priority groups, chronic conditions and the text of consent where there are none. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_registration_reference(by=Actor.command("load_registration_reference"))
        if options["verbosity"]:
            self.stdout.write(f"{added} rows added")
