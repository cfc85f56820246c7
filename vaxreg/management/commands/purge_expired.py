from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from vaccinations.imports.purging import purge
from vaxreg.actors import Actor
from vaxreg.limits import purge_counts


class Command(BaseCommand):
    help = (
        "Removes ended sessions, counters of public forms, failed sign-ins that no longer count, and what imports of sheets "
        "need no longer. Run it daily."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("clearsessions")
        purge_counts()
        AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()
        purge(by=Actor.command("purge_expired"), now=timezone.now())
