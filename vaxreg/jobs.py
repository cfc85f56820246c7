"""Work apart from requests: a queue in the database, which `manage.py run_worker` works off.

A job is written in the transaction that asks for it, so neither is without the other. A worker picks one with SKIP LOCKED and
holds an advisory lock on it for as long as its connection lives: when the worker is killed or its connection cut, the lock is
gone with it, and the next worker takes the job up again. So jobs must bear to be begun again at any point.
See docs/decisions/0020-own-queue.md for why this is no library.
"""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from vaxreg.models import Job

logger = logging.getLogger(__name__)
# The first half of the keys of these locks; the second is the job's own number.
LOCKS = 20_211_001
# A job that has been begun so often, and killed its worker or failed each time, is given up.
MOST_ATTEMPTS = 4
WAIT_SECONDS = 5

# What is being worked on is passed over before it is sorted; try_lock decides between two workers that pass at once.
CLAIM = """
WITH free AS MATERIALIZED (
    SELECT id FROM vaxreg_job
    WHERE due_at <= statement_timestamp() AND id NOT IN (
        SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %(locks)s AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE vaxreg_job SET attempts = attempts + 1, due_at = statement_timestamp() + make_interval(secs => %(wait)s * 2 ^ attempts)
FROM free WHERE vaxreg_job.id = free.id AND pg_try_advisory_lock(%(locks)s, free.id)
RETURNING vaxreg_job.id, function, arguments, attempts
"""


def job(*, given_up: Callable[..., None]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Marks a function as one that may be queued; `given_up` is called with its arguments when it is tried no more."""

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        function.given_up = given_up
        return function

    return mark


def enqueue(function: Callable[..., None], *, in_seconds: int = 0, **arguments: Any) -> Job:
    """Queues a call of the function, which a worker makes once this transaction is committed, or some seconds later."""
    path = f"{function.__module__}.{function.__qualname__}"
    due_at = Now() + timedelta(seconds=in_seconds)
    return Job.objects.create(function=path, arguments=arguments, due_at=due_at)


def work_one() -> bool:
    """Does the job that has waited longest, in this connection, and says whether there was one.

    Call it outside a transaction. What a job raises is logged, and the job tried again later; it never comes out here.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"locks": LOCKS, "wait": WAIT_SECONDS})
        claimed = cursor.fetchone()
    if claimed is None:
        return False
    pk, path, arguments, attempts = claimed
    if _is_done(path, json.loads(arguments), attempts):
        Job.objects.filter(pk=pk).delete()
    _release(pk)
    return True


def _is_done(path: str, arguments: dict[str, Any], attempts: int) -> bool:
    """Whether the job needs no further attempt: it succeeded, or was given up."""
    try:
        function = import_string(path)
        if attempts > MOST_ATTEMPTS:
            function.given_up(**arguments)
        else:
            function(**arguments)
    except Exception:
        logger.exception("job %s failed, attempt %s", path, attempts)
        # Whatever was left open, or cut, must not meet the next job.
        connection.close()
        return attempts > MOST_ATTEMPTS
    return True


def _release(pk: int) -> None:
    """Gives up the lock; with the connection it is gone already."""
    try:
        if connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, pk])
    except (OperationalError, InterfaceError):
        connection.close()
