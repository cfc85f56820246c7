from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vaxreg.actors import Actor
from vaxreg.exports.building import build
from vaxreg.exports.files import purge_scratch
from vaxreg.exports.models import Export
from vaxreg.exports.services import purge


class Command(BaseCommand):
    help = (
        "Makes the files of exports that the worker has left, and deletes those whose time is over. "
        "Run it every minute; it may run on several machines at the same time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        actor, now = Actor.command("build_exports"), timezone.now()
        purge_scratch()
        purge(by=actor, now=now)
        failed = [export.pk for export in Export.objects.unbuilt(now) if not self.make(actor, export)]
        if failed:
            raise CommandError(f"{len(failed)} files could not be made.")

    def make(self, actor: Actor, export: Export) -> bool:
        """Whether the file could be made: one list that fails must not hold up the others."""
        try:
            export = build(by=actor, export=export, now=timezone.now(), waits=False)
        except Exception as error:
            # Not its text, which may quote what the database was asked for.
            self.stderr.write(f"{export.pk}: {type(error).__name__}")
            return False
        self.stdout.write(f"{export.pk}: {export.state_at(timezone.now()).label}, {export.people}")
        return True
