"""Django's PostgreSQL backend, with the embedded server started on first use. Settings:

{"ENGINE": "vaxreg.embedded_postgres", "NAME": "vaxreg", "DATA_DIR": BASE_DIR / "var" / "postgres"}
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import OperationalError
from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg2 import errors, sql

from .client import DatabaseClient
from .server import USER, Server, StartError, server_at


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server."""

    client_class = DatabaseClient

    @property
    def server(self) -> Server:
        """The server in DATA_DIR."""
        return server_at(Path(self.settings_dict.get("DATA_DIR") or settings.BASE_DIR / "var" / "postgres"))

    def address(self) -> dict[str, str]:
        """Return host and user of the running server, started if it was not."""
        try:
            return {"host": str(self.server.ensure()), "user": USER}
        except StartError as error:
            raise OperationalError(str(error)) from error

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect, creating the database if the server does not have it yet."""
        conn_params = conn_params | self.address()
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            if not _create_database(conn_params):
                raise
            return super().get_new_connection(conn_params)


def _create_database(conn_params: dict[str, Any]) -> bool:
    """Create the database of these parameters; False if it exists, so that it was not what was missing."""
    connection = psycopg2.connect(host=conn_params["host"], user=conn_params["user"], dbname="postgres")
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            return _created(cursor, conn_params["dbname"])
    finally:
        connection.close()


def _created(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if cursor.fetchone():
        return False
    # Another process may create it between our two statements.
    with suppress(errors.DuplicateDatabase, errors.UniqueViolation):
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return True
