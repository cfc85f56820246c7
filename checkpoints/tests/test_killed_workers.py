"""A worker killed between request and answer: what clients were told is stored exactly once, and nothing else is."""

import fcntl
import http.client
import itertools
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from checkpoints.models import Declaration, Passage, PassKey
from checkpoints.tests.factories import CheckpointFactory, declared, officer_at
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = Path(__file__).resolve().parents[2]
CLIENTS, KILLS = 6, 5
SECONDS_OF_LOAD, SECONDS_TO_ANSWER = 6, 30
TOKEN = "k" * 32
COLLECT = (
    "import django; django.setup(); from vaxreg.management.commands.prepare import collect_static; collect_static()"
)


def database_url():
    """The address of this test's own database, for another process."""
    parameters = connection.get_connection_params()
    if hasattr(connection, "address"):
        parameters |= connection.address()
    account = quote(parameters["user"]) + ":" + quote(parameters.get("password") or "", safe="")
    host, port = parameters["host"], parameters.get("port")
    # A folder instead of a host name is the way to a socket.
    place = f"/{quote(host)}" if host.startswith("/") else host + (f":{port}" if port else "")
    return f"postgres://{account}@{place}/{quote(connection.settings_dict['NAME'])}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """gunicorn as `make run` starts it, on the test's database and a port of its own."""

    def __init__(self):
        self.port = free_port()
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "vaxreg.settings",
            "DATABASE_URL": database_url(),
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "0",
            "SECOND_FACTOR_REQUIRED": "0",
            "PUBLIC_FORM_LIMIT": "1000000",
        }
        settings.VAR_DIR.mkdir(exist_ok=True)
        with open(settings.VAR_DIR / "static.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run([sys.executable, "-c", COLLECT], cwd=PROJECT, env=self.environment, check=True)
        self.start()

    def start(self):
        options = ["--config", "python:vaxreg.gunicorn", "--bind", f"127.0.0.1:{self.port}", "vaxreg.wsgi"]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.master = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options], cwd=PROJECT, env=self.environment, **silent
        )

    def workers(self):
        with suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text()
            return [int(pid) for pid in children.split()]
        return []

    def kill_worker(self):
        """Kills one worker at once; its master starts another."""
        for pid in self.workers()[:1]:
            os.kill(pid, signal.SIGKILL)
            return 1
        return 0

    def kill_master(self):
        """Kills the master and all of its workers, and starts anew, as a supervisor would."""
        orphans = self.workers()
        for pid in (self.master.pid, *orphans):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.master.wait()
        self.start()

    def stop(self):
        self.master.terminate()
        try:
            self.master.wait(15)
        except subprocess.TimeoutExpired:
            self.kill_master()
            self.master.kill()
            self.master.wait()

    def send_once(self, path, data, session, *, stays=True):
        """(status, Location, body); OSError or HTTPException when no answer came. Who does not stay hears none."""
        peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"__Host-csrftoken={TOKEN}; __Host-sessionid={session}; django_language=en",
        }
        try:
            peer.request("POST", path, urlencode(data | {"csrfmiddlewaretoken": TOKEN}, doseq=True), headers)
            if not stays:
                raise ConnectionAbortedError
            answer = peer.getresponse()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            peer.close()

    def send(self, path, data, session, tally):
        """The answer, sent again until there is one, as a browser or an impatient person does."""
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        # Every third form is sent on a network that loses the answer: the same as a worker killed just before it.
        turns = itertools.count(random.randrange(3))
        while time.monotonic() < deadline:
            try:
                status, location, body = self.send_once(path, data, session, stays=next(turns) != 0)
            except ConnectionAbortedError:
                time.sleep(0.05)
                continue
            except (OSError, http.client.HTTPException):
                tally.append(path)
                time.sleep(0.05)
                continue
            # A database connection that died with its worker answers 500 to nobody; anything else is a failure.
            assert status in (200, 302, 303), (path, status)
            return status, location, body
        raise TimeoutError(path)


@pytest.fixture
def site():
    found = Site()
    yield found
    found.stop()


@pytest.fixture
def form():
    return declared()


@pytest.fixture
def session():
    """The session of an officer at a checkpoint."""
    client = Client()
    officer_at(CheckpointFactory(), client)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def number(client, turn):
    return f"0002{client:02d}{turn:06d}"


def declare(site, form, own, tally, both=None):
    data = form | {"key": str(uuid4()), "number": own}
    status, location, _body = (both or site.send)("/declare/", data, "", tally)
    assert (status, location[:3]) == (303, "/p/"), status
    return location.split("/")[2]


def pass_through(site, session, own, tally, both=None):
    page = site.send("/desk/", {"scan": own}, session, tally)[2]
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    data = {"ticket": ticket, "outcome": "turned-back", "chosen_reason": "identity"}
    status, _location, _body = (both or site.send)("/desk/passages/", data, session, tally)
    assert status == 200


def assert_stored_once(tokens):
    """Each number that was answered has one declaration, the pass that was shown, one passage, and their audit rows."""
    numbers = sorted(tokens)
    assert sorted(Declaration.objects.values_list("resident", flat=True)) == numbers
    assert sorted(Passage.objects.values_list("resident", flat=True)) == numbers
    kept = dict(PassKey.objects.filter(key__in=tokens.values()).values_list("resident", "key"))
    assert kept == tokens
    assert PassKey.objects.count() == 2 * len(numbers)
    for action in ("declaration.filed", "passage.recorded"):
        logged = AuditEntry.objects.filter(action=action).values_list("resident", flat=True)
        assert sorted(logged) == numbers


def test_killed_workers_lose_nothing_and_double_nothing(site, form, session):
    tokens, tally, is_over = {}, [], threading.Event()
    site.send("/declare/", {}, "", [])

    def work(client):
        turn = 0
        while not is_over.is_set():
            own = number(client, turn)
            tokens[own] = declare(site, form, own, tally)
            pass_through(site, session, own, tally)
            turn += 1

    with ThreadPoolExecutor(CLIENTS) as pool:
        futures = [pool.submit(work, client) for client in range(CLIENTS)]
        try:
            killed = 0
            for turn in range(KILLS):
                time.sleep(SECONDS_OF_LOAD / (KILLS + 1))
                if turn == KILLS // 2:
                    site.kill_master()
                else:
                    killed += site.kill_worker()
            time.sleep(SECONDS_OF_LOAD / (KILLS + 1))
        finally:
            is_over.set()
        for future in futures:
            future.result()
    assert killed
    assert tally, "no request was cut off: the test proved nothing"
    assert_stored_once(tokens)


def test_same_form_delivered_twice_at_once_is_stored_once(site, form, session):
    tokens, tally = {}, []
    site.send("/declare/", {}, "", [])

    def both(path, data, own_session, tally):
        """The same request on two connections at the same moment; both get the same answer."""
        together = threading.Barrier(2)

        def one(_n):
            together.wait()
            return site.send(path, data, own_session, tally)

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(one, range(2))
        assert first[:2] == second[:2]
        return first

    for turn in range(8):
        own = number(1, turn)
        tokens[own] = declare(site, form, own, tally, both)
        pass_through(site, session, own, tally, both)
    assert_stored_once(tokens)
