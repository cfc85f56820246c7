"""manage.py load_trusted_signers FILE…: adds the signers of certificates in PEM or JSON files to the trust list."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from checkpoints.cards.signers import UnreadableSignersError, load_signers, read_signers
from vaxreg.actors import Actor


class Command(BaseCommand):
    help = "Adds the signer certificates in PEM or JSON files to the trust list of the checkpoint desk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        try:
            certificates = [certificate for path in files for certificate in read_signers(path)]
        except UnreadableSignersError as error:
            raise CommandError(error.message) from error
        added = load_signers(certificates=certificates, by=Actor.command("load_trusted_signers"))
        self.stdout.write(f"{len(certificates)} read, {added} added")
