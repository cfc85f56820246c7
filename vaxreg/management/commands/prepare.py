import hashlib
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from vaxreg.admin_site import OUR_APPS

REFERENCE_COMMANDS = (
    "load_units",
    "load_vaccines",
    "load_schedule",
    "load_registration_reference",
    "load_clinic",
    "load_checkpoint_reference",
)


class Command(BaseCommand):
    help = "Makes everything ready to serve: schema, reference data, catalogues, static files; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("compile_catalogues")
        executor = MigrationExecutor(connection)
        refuse_earlier(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("migrating the database")
            call_command("migrate", verbosity=0)
        for command in REFERENCE_COMMANDS:
            call_command(command, verbosity=0)
        if collect_static():
            self.stdout.write("collected static files")
        if settings.EMBEDDED:
            call_command("load_demonstration")


def refuse_earlier(loader: MigrationLoader) -> None:
    """Raises CommandError where the database has migrations that are no more: before the first release they were joined."""
    gone = set(loader.applied_migrations or ()) - set(loader.disk_migrations)
    if any(app in OUR_APPS for app, _name in gone):
        raise CommandError(
            "This database was made before the first release, by an earlier state of VaxReg that cannot be brought up to date. "
            "Save what you need of it and begin with an empty one (of `make run`: move the folder var/ away)."
        )


def collect_static() -> bool:
    """Collects static files if any of them changed, and says so: compressing them takes longer than all the rest."""
    stamp, now = settings.STATIC_ROOT / ".fingerprint", static_fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True


def static_fingerprint() -> str:
    """Returns a digest of the names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = (path, storage.size(path), storage.get_modified_time(path).timestamp())
            digest.update(repr(facts).encode())
    return digest.hexdigest()
