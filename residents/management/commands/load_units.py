from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Loads Vietnam's administrative units, before and since July 2025. Safe to repeat."

    def handle(self, **options: Any) -> None:
        try:
            counts = load_units(by=Actor.command("load_units"), rows=read_units())
        except (TypeError, ValueError) as error:
            raise CommandError(_("The file of units is damaged: %(error)s.") % {"error": error}) from error
        self.stdout.write(_("Units: %(added)d added, %(changed)d changed, %(unchanged)d unchanged.") % counts)
