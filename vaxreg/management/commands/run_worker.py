from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from vaxreg.jobs import work_one
from vaxreg.worker import Worker, limit_memory, supervise


class Command(BaseCommand):
    help = (
        "Does the work that pages have asked for, such as imports. Runs until it is stopped; several may run at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is waiting, then end")
        parser.add_argument("--with-starter", action="store_true", help="end with the process that started this one")

    def handle(self, **options: Any) -> None:
        if options["once"]:
            while work_one():
                pass
            return
        # The embedded server stays up as long as this process uses it. The connection itself is not for sharing.
        connection.ensure_connection()
        connection.close()
        supervise(self.work, with_starter=options["with_starter"])

    def work(self) -> None:
        limit_memory(settings.WORKER_MEMORY_BYTES)
        Worker(work_one).run()
