"""`manage.py dbshell` with the embedded server's own psql."""

import os

from django.db.backends.postgresql import client


class DatabaseClient(client.DatabaseClient):
    """Runs psql on the embedded server, started if it was not."""

    def runshell(self, parameters: list[str]) -> None:
        """Run psql; Django looks for it in PATH, and for its address in the settings."""
        # Creates the database too, where it is missing.
        self.connection.ensure_connection()
        address = self.connection.address()
        self.connection.settings_dict |= {"HOST": address["host"], "USER": address["user"]}
        os.environ["PATH"] = f"{self.connection.server.programs}:{os.environ.get('PATH', os.defpath)}"
        super().runshell(parameters)
