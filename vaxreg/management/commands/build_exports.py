from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from vaxreg.actors import Actor
from vaxreg.exports.building import build_next
from vaxreg.exports.files import purge_scratch
from vaxreg.exports.services import purge


class Command(BaseCommand):
    help = (
        "Makes the files of exports that were too long to be made at once, and deletes those whose time is over. "
        "Run it every minute; it may run on several machines at the same time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.command("build_exports")
        purge_scratch()
        purge(by=actor, now=timezone.now())
        while export := build_next(by=actor, now=timezone.now()):
            state = export.state_at(timezone.now()).label
            self.stdout.write(f"{export.pk}: {state}, {export.built_people or export.people}")
