from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from vaxreg.accounts import remove_second_factor
from vaxreg.actors import Actor
from vaxreg.models import User


class Command(BaseCommand):
    help = "Removes the second factor of a user who lost the phone, when no other administrator can do it in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no user {username}.")
        removed = remove_second_factor(user=user, by=Actor.command("remove_second_factor"))
        self.stdout.write(f"Removed {removed} second factor(s) of {username}.")
