"""The site in a worker that dies where a request asks it to: served by test_killed_workers alone.

Never imported by a test: the site wants its static files collected first.
"""

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from checkpoints.tests.deaths import BEFORE_ANSWER, BEFORE_COMMIT
from vaxreg.wsgi import application as site

# Every write ends with its row in the access log: who dies there has written all the rest, and committed nothing.
LAST_STATEMENT = 'INSERT INTO "vaxreg_auditentry"'


def application(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
    """Serves a request; with the header X-Die it is the last thing that this worker does."""
    where = environ.get("HTTP_X_DIE")
    if where == BEFORE_COMMIT:
        with connection.execute_wrapper(_die_at_the_end):
            return site(environ, start_response)
    answer = site(environ, start_response)
    if where == BEFORE_ANSWER:
        _die()
    return answer


def _die_at_the_end(execute: Callable, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    found = execute(sql, params, many, context)
    if sql.startswith(LAST_STATEMENT):
        _die()
    return found


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
