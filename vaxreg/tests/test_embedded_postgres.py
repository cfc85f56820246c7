"""The embedded server, used by real processes that come, go and are killed."""

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg2
import pytest

from vaxreg.embedded_postgres import placement
from vaxreg.embedded_postgres.server import Server

PROJECT = Path(__file__).resolve().parent.parent.parent

# Says the socket directory each time it is told anything, and leaves when its input ends.
CLIENT = """
import sys
from pathlib import Path
from vaxreg.embedded_postgres.server import Server, StartError
server = Server(Path(sys.argv[1]), Path(sys.argv[2]))
for line in sys.stdin:
    try:
        print(server.ensure(), flush=True)
    except StartError as error:
        sys.exit(str(error))
"""

FORKING_CLIENT = """
import os, sys
from pathlib import Path
from vaxreg.embedded_postgres.server import Server
server = Server(Path(sys.argv[1]), Path(sys.argv[2]))
server.ensure()
if child := os.fork():
    os.waitpid(child, 0)
    print((server.home / "data" / "postmaster.pid").read_text().split()[0])
else:
    server.ensure()
"""

DJANGO_CLIENT = """
import sys
from django.conf import settings
settings.configure(DATABASES={"default": {
    "ENGINE": "vaxreg.embedded_postgres", "NAME": 'a "new" one', "DATA_DIR": sys.argv[1]}})
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_database()")
    print(cursor.fetchone()[0])
"""


DBSHELL = """
import sys
from django.conf import settings
settings.configure(DATABASES={"default": {
    "ENGINE": "vaxreg.embedded_postgres", "NAME": "shell", "DATA_DIR": sys.argv[1]}})
from django.db import connection
connection.client.runshell(["-At", "--command", "SELECT current_database()"])
"""


class Client:
    """A process that uses the server in a home."""

    def __init__(self, home: Path, **options) -> None:
        command = [sys.executable, "-c", CLIENT, home, home.parent / "shelter"]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self.process = subprocess.Popen(command, cwd=PROJECT, text=True, **pipes, **options)

    def ask(self) -> None:
        self.process.stdin.write("ensure\n")
        self.process.stdin.flush()

    def answer(self) -> Path:
        line = self.process.stdout.readline().strip()
        assert line, self.process.stderr.read()
        return Path(line)

    def ensure(self) -> Path:
        self.ask()
        return self.answer()

    def leave(self) -> None:
        self.process.stdin.close()

    def wait(self) -> None:
        assert self.process.wait(30) == 0, self.process.stderr.read()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            with suppress(BrokenPipeError):
                pipe.close()


@pytest.fixture
def home():
    """A home not made yet. Not in tmp_path, which root's pytest closes to other users, PostgreSQL's among them."""
    top = Path(tempfile.mkdtemp(prefix="vaxreg-test-", dir="/tmp"))
    top.chmod(0o755)
    yield top / "postgres"
    for status in top.rglob("postmaster.pid"):
        with suppress(ProcessLookupError):
            os.kill(int(status.read_text().split()[0]), signal.SIGKILL)
    shutil.rmtree(top)


@pytest.fixture
def client(home):
    """Starts clients of the home, and ends them with the test."""
    with ExitStack() as stack:

        def start(**options) -> Client:
            return stack.enter_context(_closing(Client(home, **options)))

        yield start


class _closing:
    def __init__(self, client: Client) -> None:
        self.client = client

    def __enter__(self) -> Client:
        return self.client

    def __exit__(self, *_) -> None:
        self.client.close()


def server_pid(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def is_running(pid: int) -> bool:
    # A killed server stays listed where nothing reaps orphans, as in many containers: a zombie does not run.
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def query(sockets: Path, statement: str) -> tuple:
    connection = psycopg2.connect(host=str(sockets), user="postgres", dbname="postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()
    finally:
        connection.close()


def run(script: str, *arguments, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, **options)


def test_it_works(home, client):
    sockets = client().ensure()
    version, addresses, fsync = (
        query(sockets, f"SHOW {name}")[0] for name in ("server_version", "listen_addresses", "fsync")
    )
    assert version.startswith("18.")
    assert (addresses, fsync) == ("", "on")
    assert query(
        sockets, "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database LIMIT 1"
    ) == (
        "UTF8",
        "b",
        "C.UTF-8",
    )
    assert query(sockets, "SELECT lower('ĐẶNG'), 'Ê' ~ '[[:upper:]]'") == ("đặng", True)


def test_files_and_socket_are_closed_to_others(home, client):
    sockets = client().ensure()
    for directory in (home, home / "data", sockets):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_no_home_variable_and_no_other_variable_is_needed(home, client):
    assert client(env={}).ensure().is_dir()


def test_variables_of_the_caller_do_not_reach_the_server(home, client):
    sockets = client(env={"PGPORT": "6000", "PGDATA": "/nonexistent", "LC_ALL": "vi_VN"}).ensure()
    assert query(sockets, "SHOW port") == ("5432",)


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(home, client):
    first = client(start_new_session=True)
    first.ensure()
    assert os.getsid(server_pid(home)) != first.process.pid


def test_second_start_is_fast(home, client):
    first = client()
    first.ensure()
    first.leave()
    first.wait()
    begun = time.monotonic()
    client().ensure()
    assert time.monotonic() - begun < 1.5


def test_last_one_out_stops_the_server(home, client):
    first, second = client(), client()
    first.ensure()
    pid = server_pid(home)
    second.ensure()
    first.leave()
    first.wait()
    assert server_pid(home) == pid
    second.leave()
    second.wait()
    assert not is_running(pid)
    assert not (home / "data" / "postmaster.pid").exists()


def test_open_connection_does_not_keep_the_server_from_stopping(home, client):
    first = client()
    connection = psycopg2.connect(host=str(first.ensure()), user="postgres", dbname="postgres")
    pid = server_pid(home)
    first.leave()
    first.wait()
    connection.close()
    assert not is_running(pid)


def test_server_left_by_killed_processes_is_used_again(home, client):
    first = client()
    first.ensure()
    pid = server_pid(home)
    first.process.kill()
    first.process.wait()
    second = client()
    second.ensure()
    assert server_pid(home) == pid
    second.leave()
    second.wait()
    assert not is_running(pid)


def test_killed_process_does_not_keep_the_server_from_stopping(home, client):
    killed, second = client(), client()
    killed.ensure()
    second.ensure()
    pid = server_pid(home)
    killed.process.kill()
    killed.process.wait()
    second.leave()
    second.wait()
    assert not is_running(pid)


def test_killed_server_is_started_again(home, client):
    first = client()
    sockets = first.ensure()
    query(sockets, "SELECT 1")
    pid = server_pid(home)
    os.kill(pid, signal.SIGKILL)
    while is_running(pid):
        time.sleep(0.01)
    assert query(first.ensure(), "SELECT 1") == (1,)
    assert server_pid(home) != pid
    first.leave()
    first.wait()


def test_stale_number_of_another_living_process_is_survived(home, client):
    first = client()
    first.ensure()
    files = [home / "data" / "postmaster.pid", home / "socket" / f"{placement.SOCKET_NAME}.lock"]
    contents = [file.read_text().splitlines() for file in files]
    first.leave()
    first.wait()
    account = placement.server_account(home)
    # Of the same user, for that is when PostgreSQL takes the number for a living server.
    with subprocess.Popen(["sleep", "60"], **(account.as_process() if account else {})) as other:
        for file, lines in zip(files, contents, strict=True):
            file.write_text("\n".join([str(other.pid), *lines[1:], ""]))
        second = client()
        assert query(second.ensure(), "SELECT 1") == (1,)
        second.leave()
        second.wait()
        assert other.poll() is None
        other.kill()


def test_eight_first_starts_at_once_share_one_server(home, client):
    clients = [client() for _ in range(8)]
    for each in clients:
        each.ask()
    for each in clients:
        assert query(each.answer(), "SELECT 1") == (1,)
    pid = server_pid(home)
    assert (home / "server.log").read_text().count("ready to accept connections") == 1
    for each in clients:
        each.leave()
    for each in clients:
        each.wait()
    assert not is_running(pid)


def test_start_racing_with_a_stop_succeeds(home, client):
    last = client()
    last.ensure()
    for _ in range(6):
        following = client()
        # Wait for the interpreter, so that its start falls into the other's stop and not after it.
        time.sleep(0.2)
        last.leave()
        following.ask()
        assert query(following.answer(), "SELECT 1") == (1,)
        last.wait()
        last = following


def test_initdb_cut_short_is_done_again(home, client):
    (home / "initdb-cut").mkdir(parents=True)
    (home / "initdb-cut" / "PG_VERSION").write_text("18\n")
    home.chmod(0o700)
    assert query(client().ensure(), "SELECT 1") == (1,)
    assert not list(home.glob("initdb-*"))


def test_forked_child_leaves_the_parents_hold_alone(home):
    done = run(FORKING_CLIENT, home, home.parent / "shelter")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    assert not (home / "data" / "postmaster.pid").exists()


def test_long_path_gets_a_short_socket(home, client):
    deep = home / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    first = Client(deep / "postgres")
    try:
        sockets = first.ensure()
        assert len(os.fsencode(sockets / placement.SOCKET_NAME)) <= 107
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert query(sockets, "SELECT 1") == (1,)
        first.leave()
        first.wait()
    finally:
        first.close()
    shutil.rmtree(sockets)


def test_odd_characters_in_the_path_do_no_harm(home):
    first = Client(home.with_name("a 'đ' \"$HOME\" `id` \\;b"))
    try:
        assert query(first.ensure(), "SELECT 1") == (1,)
        first.leave()
        first.wait()
    finally:
        first.close()


def test_failed_start_tells_the_log_and_what_to_do(home, client):
    maker = client()
    maker.ensure()
    maker.leave()
    maker.wait()
    (home / "data" / "PG_VERSION").write_text("9.6\n")
    first = client()
    first.ask()
    assert first.process.wait(30) == 1
    message = first.process.stderr.read()
    assert "initialized by PostgreSQL version 9.6" in message
    assert "DATABASE_URL" in message
    assert "Traceback" not in message


def test_home_open_to_others_is_refused(home, client):
    home.mkdir(mode=0o755)
    first = client()
    first.ask()
    assert first.process.wait(30) == 1
    assert "with mode 0700" in first.process.stderr.read()


def test_log_keeps_no_value_of_a_rejected_row(home, client):
    sockets = client().ensure()
    with pytest.raises(psycopg2.Error):
        query(sockets, "SELECT 'nguyen van a'::int")
    query(sockets, "SELECT 1")
    assert "nguyen" not in (home / "server.log").read_text()


def test_django_creates_a_missing_database_for_four_at_once(home):
    command = [sys.executable, "-c", DJANGO_CLIENT, home]
    processes = [
        subprocess.Popen(command, cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert output.strip() == 'a "new" one', errors
    assert not (home / "data" / "postmaster.pid").exists()


def test_dbshell_opens_the_database_with_the_psql_that_came_along(home):
    done = run(DBSHELL, home, env=os.environ | {"PATH": ""})
    assert done.stdout == "shell\n", done.stderr


def test_django_raises_operational_error_when_the_server_cannot_start(home):
    home.mkdir(mode=0o755)
    failed = run(DJANGO_CLIENT, home)
    assert "django.db.utils.OperationalError: The embedded PostgreSQL cannot start." in failed.stderr


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change users")


@needs_root
def test_root_runs_it_as_another_user_without_groups_of_its_own(home, client):
    client().ensure()
    status = Path(f"/proc/{server_pid(home)}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert "0" not in fields["Uid"].split() + fields["Gid"].split() + fields["Groups"].split()
    assert (home / "data").stat().st_uid == int(fields["Uid"].split()[0])


def test_socket_directory_taken_by_a_link_is_refused(home):
    home.mkdir()
    link = home.parent / "guessed"
    link.symlink_to(home)
    with pytest.raises(placement.PlacementError):
        placement.private_directory(link, placement.server_account(home))


@pytest.fixture
def closed(home):
    """A directory as root makes it when it keeps everything to itself."""
    before = os.umask(0o077)
    directory = home.parent / "closed"
    directory.mkdir()
    yield directory
    os.umask(before)


@needs_root
def test_root_below_a_closed_directory_gets_a_link_to_an_open_one(closed):
    inside, shelter = closed / "var" / "postgres", closed.parent / "shelter"
    server = Server(inside, shelter)
    try:
        assert query(server.ensure(), "SELECT 1") == (1,)
        assert server.home.parent == shelter
        assert inside.resolve() == server.home
        assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
        assert Server(inside, shelter).home == server.home
    finally:
        server.release()


@needs_root
def test_programs_out_of_reach_are_copied_and_the_copy_starts(home, closed, monkeypatch):
    packages = Path(importlib.util.find_spec(placement.WHEEL).origin).parent.parent
    for name in (placement.WHEEL, f"{placement.WHEEL}.libs"):
        shutil.copytree(packages / name, closed / name, ignore=shutil.ignore_patterns("pginstall", "include"))
        (closed / name).chmod(0o700)
    monkeypatch.setattr(sys, "path", [str(closed), *sys.path])
    server = Server(home, home.parent / "shelter")
    try:
        assert query(server.ensure(), "SELECT 1") == (1,)
        assert server.programs.is_relative_to(home.parent / "shelter")
    finally:
        server.release()
