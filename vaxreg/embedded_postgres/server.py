"""Starts, shares and stops one PostgreSQL server. Knows nothing of Django.

Three files in the server's home are locked with `flock`, and nothing is counted or written down. The kernel drops a
lock with the last process that has the file open, so a process killed with -9 leaves nothing behind:

- turn: held alone while starting or stopping, so that one process at a time changes anything;
- holders: held together by all processes that use the server; whoever can have it alone is the last one out;
- alive: held by the server itself, which inherits it. Free means that no process of the server is left, which the
  number in postmaster.pid cannot tell: it may belong to something else by now.
"""

import atexit
import fcntl
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from . import placement

USER = "postgres"
START_SECONDS = 60
STOP_SECONDS = 20
LOG_TAIL_LINES = 12
LOG_KEPT_BYTES = 1_000_000

INITDB_OPTIONS = [
    f"--username={USER}",
    # Whoever can open the socket is trusted, and only the server's own user (and root) can: its directory has mode
    # 0700. Asking for the caller's name ("peer") would add nothing, and would refuse root.
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    # For a machine with two cores and 2 GB that runs the application as well.
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "io_method": "sync",
    # Our queries are short; compiling them costs more than it saves.
    "jit": "off",
    # Errors quote the values of the row, which are personal. The application gets them; the file must not.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
}


class StartError(RuntimeError):
    """The server did not start. The message ends with its log and what to do."""


class Status(NamedTuple):
    """What a running server says of itself in postmaster.pid."""

    pid: int
    socket_directory: Path
    ready: bool


class Server:
    """The server whose files are in `home`, as this process sees it."""

    def __init__(self, home: Path, shelter: Path = placement.SHELTER) -> None:
        self._wanted_home = home
        self._shelter = shelter
        self._held: int | None = None
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.release)

    def ensure(self) -> Path:
        """Return the socket directory of the running server, started if it was not.

        From then on this process is one of its holders. Raises StartError.
        """
        try:
            if self._held is None or not self._answers():
                with self._turn():
                    self._hold()
                    self._bring_up()
            return self._status().socket_directory
        except (OSError, placement.PlacementError) as error:
            raise StartError(f"The embedded PostgreSQL cannot start. {error}") from error

    def release(self) -> None:
        """Stop using the server; the last one out stops it."""
        if self._held is None:
            return
        with _undisturbed(), self._turn():
            held, self._held = self._held, None
            if _lock(held, fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._stop()
            os.close(held)

    @cached_property
    def home(self) -> Path:
        """The real path of the directory with all files of the server, created on first use."""
        return placement.settle(self._wanted_home, self._shelter)

    @cached_property
    def programs(self) -> Path:
        """The directory of the programs, such as psql and pg_dump."""
        return placement.programs(self._account, self._shelter)

    @cached_property
    def _account(self) -> placement.Account | None:
        return placement.server_account(self.home)

    @property
    def _data(self) -> Path:
        return self.home / "data"

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    def _forget(self) -> None:
        """Start anew in a forked child, whose copy of the lock would outlive the parent's."""
        held, self._held = self._held, None
        if held is not None:
            # Closing gives up the copy only; unlocking would take the lock from the parent too.
            os.close(held)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        turn = self._open("turn")
        try:
            _lock(turn, fcntl.LOCK_EX)
            yield
        finally:
            os.close(turn)

    def _hold(self) -> None:
        if self._held is None:
            self._held = self._open("holders")
            _lock(self._held, fcntl.LOCK_SH)

    def _open(self, name: str) -> int:
        """Open a file of the home for appending, created as its account's own."""
        descriptor = os.open(self.home / name, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if self._account:
            os.fchown(descriptor, *self._account)
        return descriptor

    def _alive(self) -> bool:
        """Whether any process of the server exists. To be asked in our turn only."""
        probe = self._open("alive")
        try:
            return not _lock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        finally:
            os.close(probe)

    def _status(self) -> Status | None:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return Status(int(lines[0]), Path(lines[4]), lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            # No server, or one that is still writing.
            return None

    def _answers(self) -> bool:
        """Whether the server calls itself ready and takes connections; the file alone may be a dead one's."""
        status = self._status()
        if not status or not status.ready:
            return False
        with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
            probe.connect(str(status.socket_directory / placement.SOCKET_NAME))
            return True
        return False

    def _bring_up(self) -> None:
        """Wait until the server answers: a server on its way up or down is waited for, a missing one started."""
        deadline, started = time.monotonic() + START_SECONDS, False
        while not self._answers():
            if not self._alive():
                if started:
                    raise self._start_error("stopped at once")
                self._start()
                started = True
            if time.monotonic() > deadline:
                raise self._start_error(f"did not answer within {START_SECONDS} seconds")
            time.sleep(0.02)

    def _start(self) -> None:
        if not self._data.exists():
            self._initialize()
        sockets = placement.socket_directory(self.home, self._account)
        # Nothing is alive, so these are leftovers; PostgreSQL itself would refuse if their number were in use again.
        for leftover in (self._data / "postmaster.pid", sockets / f"{placement.SOCKET_NAME}.lock"):
            leftover.unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_KEPT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        self._launch(sockets)

    def _initialize(self) -> None:
        """Create the database cluster under another name, so that one cut short is never taken for whole."""
        for leftover in self.home.glob("initdb-*"):
            shutil.rmtree(leftover)
        draft = Path(tempfile.mkdtemp(prefix="initdb-", dir=self.home))
        if self._account:
            os.chown(draft, *self._account)
        command = [self.programs / "initdb", "-D", draft, *INITDB_OPTIONS]
        with open(self._open(self._log.name), "ab") as log:
            made = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._process())
        if made.returncode:
            raise self._start_error("could not create its data directory")
        draft.rename(self._data)

    def _launch(self, sockets: Path) -> None:
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = shlex.join(map(str, [self.programs / "postgres", "-D", self._data, "-k", sockets, *options]))
        alive = self._open("alive")
        _lock(alive, fcntl.LOCK_EX)
        with open(self._open(self._log.name), "ab") as log:
            # The shell leaves the server to init, so that no process of ours has a child to wait for; the new session
            # keeps the terminal's Ctrl-C from it. It inherits the lock, which therefore survives our closing it.
            subprocess.run(
                ["/bin/sh", "-c", f"{command} &"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[alive],
                check=True,
                **self._process(),
            )
        os.close(alive)

    def _process(self) -> dict:
        account = self._account.as_process() if self._account else {}
        # English messages; nothing from the caller's environment, such as PGDATA or PGPORT, gets in.
        return {"cwd": self.home, "env": {"LC_ALL": "C", "PATH": os.defpath}} | account

    def _start_error(self, what: str) -> StartError:
        tail = self._log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return StartError(
            "\n".join(
                [
                    f"The embedded PostgreSQL {what}. The end of {self._log}:",
                    *(f"    {line}" for line in tail),
                    "Mend what it names and try again, or set DATABASE_URL to use a PostgreSQL server of your own.",
                ]
            )
        )

    def _stop(self) -> None:
        """Stop the server the fast way: sessions are ended, everything is written to disk."""
        deadline = time.monotonic() + STOP_SECONDS
        while self._alive() and time.monotonic() < deadline:
            # Only a server that answers is known to have the number that the file gives.
            if self._answers():
                os.kill(self._status().pid, signal.SIGINT)
            time.sleep(0.02)


@cache
def server_at(home: Path) -> Server:
    """Return this process's one view of the server in `home`."""
    return Server(home)


def _lock(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off signals: gunicorn sends more than one, and a stop cut short would leave the server running."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
