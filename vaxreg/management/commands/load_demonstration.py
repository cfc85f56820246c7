from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from residents.demonstration import PREFIX, card_text
from residents.models import Resident
from vaxreg import demonstration
from vaxreg.models import User


class Command(BaseCommand):
    help = "Makes demonstration data in an empty embedded database, and prints its accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("Demonstration accounts exist only in the embedded database. Unset DATABASE_URL.")
        if not User.objects.exists() and not Resident.objects.exists():
            demonstration.load(now=timezone.localtime())
        self.print_accounts()
        person = Resident.objects.filter(pk__startswith=PREFIX).order_by("pk").first()
        if person:
            self.stdout.write(f"  A card to scan at a desk: {card_text(person)}")

    def print_accounts(self) -> None:
        there = User.objects.in_bulk([account.username for account in demonstration.ACCOUNTS], field_name="username")
        for account in demonstration.ACCOUNTS:
            user = there.get(account.username)
            if user:
                known = user.check_password(account.password)
                password = account.password if known else "(changed)"
                self.stdout.write(f"  {account.role.value:<20} {account.username:<12} {password}")
