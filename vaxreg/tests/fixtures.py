"""What the tests of all apps share; each app's conftest.py takes it from here."""

from collections.abc import Iterator
from time import sleep

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase
from django.utils import timezone

# What migrating fills: roles and their permissions.
LASTING = {
    "django_migrations",
    "django_content_type",
    "auth_group",
    "auth_permission",
    "auth_group_permissions",
}

SECONDS_OF_PATIENCE = 5
BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'
"""


@pytest.fixture(autouse=True)
def one_day():
    """No test begins in the last minute of the day in Vietnam: what is of today would be of yesterday before it ends."""
    now = timezone.localtime()
    if (now.hour, now.minute) == (23, 59):
        sleep(61 - now.second)


@pytest.fixture(autouse=True)
def quick_settings(settings):
    """A fast hasher, and static files without a manifest."""
    # Argon2 at its production cost would take most of the suite's time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # whitenoise lists the folder for every client, and warns, which is an error, where there is none.
    settings.STATIC_ROOT = settings.VAR_DIR / "no-static"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def quick_emptying() -> Iterator[None]:
    """After a test with real transactions only the rows that it has written go; roles and permissions stay.

    Django's own way truncates all tables with their indexes and makes all permissions anew: seconds for each such test.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
        yield


def filled_tables(cursor: CursorWrapper) -> list[str]:
    """Returns the tables that have rows, but for those that migrating fills."""
    tables = sorted(set(connection.introspection.table_names(cursor)) - LASTING)
    cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in tables))
    return [table for (table,) in cursor.fetchall()]


@transaction.atomic
def empty_tables() -> None:
    """Deletes all rows but those that migrating makes."""
    wait_for_others()
    with connection.cursor() as cursor:
        filled = filled_tables(cursor)
        # Without foreign keys, for everything goes; and without the guards of append-only tables, as only tests may.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in filled:
            cursor.execute(f"DELETE FROM {table}")


def wait_for_others() -> None:
    """Waits until the servers that a test has asked are done: whoever still writes and whoever deletes may block each other."""
    for _turn in range(SECONDS_OF_PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            if not cursor.fetchone()[0]:
                return
        sleep(0.05)
