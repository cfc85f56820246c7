from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from vaccinations.batch import purging as paper
from vaccinations.imports import purging
from vaxreg.actors import Actor
from vaxreg.exports import services as exports
from vaxreg.limits import purge_counts


class Command(BaseCommand):
    help = (
        "Removes ended sessions, counters of public forms, failed sign-ins that no longer count, files of exports whose time is "
        "over, and what imports of sheets and piles of paper slips need no longer. Run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("clearsessions")
        purge_counts()
        AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()
        by, now = Actor.command("purge_expired"), timezone.now()
        exports.purge(by=by, now=now)
        purging.purge(by=by, now=now)
        paper.purge(by=by, now=now)
