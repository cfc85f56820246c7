"""How gunicorn is set up: what it prints, what it keeps to itself, how it ends."""

import logging
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from vaxreg.gunicorn import DiscreetFilter

# A worker that is still starting does not hear the signal, and is killed after graceful_timeout.
SECONDS_TO_END = 45
PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def gunicorn():
    """gunicorn with our settings and an application that needs no database, as leader of its own process group."""
    options = ["--config", "python:vaxreg.gunicorn", "--bind", "127.0.0.1:0", "wsgiref.simple_server:demo_app"]
    command = [sys.executable, "-m", "gunicorn", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=PROJECT, start_new_session=True, **pipes) as process:
        yield process
        process.kill()


def test_address_is_printed_and_answers_and_the_log_keeps_the_query_string_out(gunicorn):
    address = re.search(r"http://\S+", gunicorn.stdout.readline())[0]
    request = urllib.request.Request(f"{address}desk/?name=nguyen", headers={"User-Agent": "browser"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        assert response.status == 200
    gunicorn.terminate()
    output = gunicorn.communicate(timeout=SECONDS_TO_END)[0]
    assert re.fullmatch(r"\S+ \S+ GET /desk/ 200 \d+ms\n", output)


def test_ctrl_c_ends_all_workers_without_a_traceback(gunicorn):
    gunicorn.stdout.readline()
    os.killpg(gunicorn.pid, signal.SIGINT)
    # Output ends when the last process of the group has ended.
    assert "Traceback" not in gunicorn.communicate(timeout=SECONDS_TO_END)[0]
    assert gunicorn.returncode == 0


@pytest.mark.parametrize(
    ("message", "args", "shown"),
    [
        ("Error handling request %s %s", ("GET", "/desk/?name=nguyen"), "Error handling request GET /desk/"),
        ("WORKER TIMEOUT (pid:%s)", (7,), "WORKER TIMEOUT (pid:7)"),
        ("Invalid request from ip=203.0.113.7: GET /?name=nguyen", (), None),
    ],
)
def test_messages_of_gunicorn_lose_what_is_personal(message, args, shown):
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 0, message, args, None)
    assert (record.getMessage() if DiscreetFilter().filter(record) else None) == shown
