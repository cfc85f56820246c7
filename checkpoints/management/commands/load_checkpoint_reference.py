from typing import Any

from django.core.management.base import BaseCommand

from checkpoints.reference import load_reference
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds what the declaration asks for where it is missing; changes none that is there. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_reference(by=Actor.command("load_checkpoint_reference"))
        if options["verbosity"]:
            self.stdout.write(f"{added} rows added")
