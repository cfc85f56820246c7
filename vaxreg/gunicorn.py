"""How gunicorn serves the site: `gunicorn --config python:vaxreg.gunicorn vaxreg.wsgi`."""

import logging
import os
import subprocess
import sys
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = 2
# Threads, because browsers open connections that they do not use yet: each would keep a worker without threads busy.
worker_class = "vaxreg.gunicorn.Worker"
threads = 4
timeout = 60
# What requests under way get after Ctrl-C or SIGTERM.
graceful_timeout = 30
# Give memory back now and then, but not both workers at the same time.
max_requests = 2000
max_requests_jitter = 400
# gunicorn believes X-Forwarded-Proto only from these addresses: our reverse proxy's. FORWARDED_ALLOW_IPS names others.
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
control_socket_disable = True

# Neither address nor query string, browser or referrer: they are personal data or lead to it.
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(M)sms"
logconfig_dict = {
    "formatters": {"redacted": {"()": "vaxreg.redaction.RedactingFormatter", "format": "%(asctime)s %(message)s"}},
    "filters": {"discreet": {"()": "vaxreg.gunicorn.DiscreetFilter"}},
    "handlers": {
        "access": {"class": "logging.StreamHandler", "formatter": "redacted", "stream": "ext://sys.stdout"},
        "error": {
            "class": "logging.StreamHandler",
            "formatter": "redacted",
            "filters": ["discreet"],
            "stream": "ext://sys.stderr",
        },
    },
    # Settings left out of this dictionary are gunicorn's own, among them a root logger that writes to "console".
    "root": {"level": "WARNING", "handlers": ["error"]},
    "loggers": {
        "gunicorn.access": {"level": "INFO", "handlers": ["access"], "propagate": False},
        "gunicorn.error": {"level": "WARNING", "handlers": ["error"], "propagate": False},
    },
}


class DiscreetFilter(logging.Filter):
    """Takes out of gunicorn's own messages what the access log leaves out on purpose."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut query strings off; drop the complaints about malformed requests, which quote them and their sender."""
        if isinstance(record.args, tuple):
            record.args = tuple(arg.partition("?")[0] if isinstance(arg, str) else arg for arg in record.args)
        return not str(record.msg).startswith("Invalid request from ip=")


class Worker(ThreadWorker):
    """A worker that ends on Ctrl-C as it does on SIGTERM: after the requests under way."""

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Ask the main loop to end. gunicorn 27.0.1 shuts its threads down right here, in the signal handler.

        That waits for itself when the signal meets the main loop while it holds the threads' lock; 30 seconds later
        the worker was killed, and PostgreSQL stayed behind.
        """
        self.handle_exit(sig, frame)


# How long the worker of the queue gets to end; it kills its own job in hand before that (vaxreg.worker).
WORKER_SECONDS = 15


def when_ready(server: Any) -> None:
    """Print the address once it can be opened; start a worker for the queue of jobs where RUN_WORKER=1 asks for one."""
    if os.environ.get("RUN_WORKER") == "1":
        # Not of the terminal's group: Ctrl-C would meet it while it still starts. The master takes it along (on_exit).
        command = [sys.executable, "manage.py", "run_worker", "--with-starter"]
        server.queue_worker = subprocess.Popen(command, start_new_session=True)
    for listener in server.LISTENERS:
        print(f"VaxReg answers at {listener}/  (Ctrl-C stops it)", flush=True)  # noqa: T201


def on_exit(server: Any) -> None:
    """Take the worker of the queue along."""
    worker = getattr(server, "queue_worker", None)
    if worker is None:
        return
    worker.terminate()
    try:
        worker.wait(WORKER_SECONDS)
    except subprocess.TimeoutExpired:
        worker.kill()
