"""`manage.py dbshell` with the embedded server's own psql."""

from django.db.backends.postgresql import client


class DatabaseClient(client.DatabaseClient):
    """Runs psql on the embedded server, started if it was not."""

    def runshell(self, parameters: list[str]) -> None:
        """Run psql; its address goes where Django looks for it."""
        # Creates the database too, where it is missing.
        self.connection.ensure_connection()
        address = self.connection.address()
        self.connection.settings_dict |= {"HOST": address["host"], "USER": address["user"]}
        self.executable_name = str(self.connection.server.programs / "psql")
        super().runshell(parameters)
