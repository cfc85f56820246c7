"""A worker killed between request and answer: what clients were told is stored exactly once, and nothing else is.

First at the two moments that matter, before the commit and after it; then under load, wherever the kill happens to hit.
"""

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
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from checkpoints.models import Declaration, Passage, PassKey
from checkpoints.tests.deaths import BEFORE_ANSWER, BEFORE_COMMIT
from checkpoints.tests.factories import CheckpointFactory, declared, officer_at
from vaxreg.models import AuditEntry
from vaxreg.tests.processes import PROJECT, environment

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS, KILLS = 6, 5
SECONDS_OF_LOAD, SECONDS_TO_ANSWER = 4, 30
TOKEN = "k" * 32
COLLECT = (
    "import django; django.setup(); from vaxreg.management.commands.prepare import collect_static; collect_static()"
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """gunicorn as `make run` starts it, on the test's database and a port of its own; its workers die when asked to."""

    def __init__(self):
        self.port = free_port()
        self.environment = environment()
        settings.VAR_DIR.mkdir(exist_ok=True)
        with open(settings.VAR_DIR / "static.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            subprocess.run([sys.executable, "-c", COLLECT], cwd=PROJECT, env=self.environment, check=True)
        self.start()

    def start(self):
        options = ["--config", "python:vaxreg.gunicorn", "--bind", f"127.0.0.1:{self.port}", "checkpoints.tests.dying"]
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

    def send_once(self, path, data, session, *, stays=True, dies=None):
        """(status, Location, body); OSError or HTTPException when no answer came. Who does not stay hears none."""
        peer = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"__Host-csrftoken={TOKEN}; __Host-sessionid={session}; django_language=en",
        }
        if dies:
            headers["X-Die"] = dies
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


@pytest.fixture(scope="module")
def server(django_db_setup):
    found = Site()
    yield found
    found.stop()


@pytest.fixture
def site(server, transactional_db):
    """The server, once it answers."""
    server.send("/declare/", {}, "", [])
    return server


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


def give_up(site, form, own):
    """Files once and never listens: nobody was told anything."""
    data = form | {"key": str(uuid4()), "number": own}
    with suppress(OSError, http.client.HTTPException):
        site.send_once("/declare/", data, "", stays=False)


def assert_whole_or_nothing(declarations):
    """What nobody was told of is there once, with its pass and its audit row, or not at all."""
    numbers = list(declarations.values_list("resident", flat=True))
    assert len(numbers) == len(set(numbers))
    assert PassKey.objects.filter(resident__in=numbers).count() == 2 * len(numbers)
    logged = AuditEntry.objects.filter(action="declaration.filed", resident__in=numbers)
    assert sorted(logged.values_list("resident", flat=True)) == sorted(numbers)


def assert_stored_once(tokens):
    """Each number that was answered has one declaration, the pass that was shown, one passage, and their audit rows."""
    numbers = sorted(tokens)
    told = {"resident__in": numbers}
    assert sorted(Declaration.objects.filter(**told).values_list("resident", flat=True)) == numbers
    assert sorted(Passage.objects.values_list("resident", flat=True)) == numbers
    kept = dict(PassKey.objects.filter(key__in=tokens.values()).values_list("resident", "key"))
    assert kept == tokens
    assert PassKey.objects.filter(**told).count() == 2 * len(numbers)
    for action in ("declaration.filed", "passage.recorded"):
        logged = AuditEntry.objects.filter(action=action, **told).values_list("resident", flat=True)
        assert sorted(logged) == numbers


def stored(model, own):
    return list(model.objects.filter(resident=own))


def told_nothing(site, path, data, session, dies):
    with pytest.raises((OSError, http.client.HTTPException)):
        site.send_once(path, data, session, dies=dies)


@pytest.mark.parametrize(("dies", "is_stored"), [(BEFORE_COMMIT, False), (BEFORE_ANSWER, True)])
def test_declaration_of_a_killed_worker_is_stored_whole_or_not_at_all_and_once_when_sent_again(
    site, form, dies, is_stored
):
    own = number(0, 1)
    data = form | {"key": str(uuid4()), "number": own}
    told_nothing(site, "/declare/", data, "", dies)
    assert len(stored(Declaration, own)) == is_stored
    assert len(stored(PassKey, own)) == 2 * is_stored
    assert AuditEntry.objects.filter(action="declaration.filed").count() == is_stored
    status, location, _body = site.send("/declare/", data, "", [])
    assert status == 303
    [declaration] = stored(Declaration, own)
    assert {key.key for key in declaration.keys.all()} > {location.split("/")[2]}
    assert AuditEntry.objects.filter(action="declaration.filed").count() == 1


@pytest.mark.parametrize(("dies", "is_stored"), [(BEFORE_COMMIT, False), (BEFORE_ANSWER, True)])
def test_passage_of_a_killed_worker_is_recorded_once_when_sent_again(site, session, dies, is_stored):
    own = number(0, 2)
    page = site.send("/desk/", {"scan": own}, session, [])[2]
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    data = {"ticket": ticket, "outcome": "turned-back", "chosen_reason": "identity"}
    told_nothing(site, "/desk/passages/", data, session, dies)
    assert len(stored(Passage, own)) == is_stored
    for _again in range(2):
        assert site.send("/desk/passages/", data, session, [])[0] == 200
    assert len(stored(Passage, own)) == 1
    assert AuditEntry.objects.filter(action="passage.recorded", resident=own).count() == 1


def test_killed_workers_lose_nothing_and_double_nothing(site, form, session):
    tokens, tally, is_over = {}, [], threading.Event()

    def work(client):
        turn = 0
        while not is_over.is_set():
            own = number(client, turn)
            tokens[own] = declare(site, form, own, tally)
            pass_through(site, session, own, tally)
            turn += 1
            give_up(site, form, number(client, turn + 500_000))

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
    assert_whole_or_nothing(Declaration.objects.exclude(resident__in=tokens))
    assert_stored_once(tokens)


def test_same_form_delivered_twice_at_once_is_stored_once(site, form, session):
    tokens, tally = {}, []

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
