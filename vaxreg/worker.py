"""The worker as processes: one that works off the queue, and one above it that starts it again and ends it in time.

The upper one never waits for the database, so it can act on a signal at once: the lower one may be in the middle of a
statement that takes a minute, and then it is killed after a time of grace, which jobs bear (see jobs.py).
"""

import logging
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

logger = logging.getLogger(__name__)
ENDING = {signal.SIGINT, signal.SIGTERM}
PAUSE_SECONDS = 1.0
LOOK_SECONDS = 2.0
GRACE_SECONDS = 8.0


class Worker:
    """Works off the queue until it is told to end, or until the process that started it is gone."""

    def __init__(self, work_one: Callable[[], bool]) -> None:
        self.work_one, self.is_ending, self.is_idle = work_one, False, True
        self.starter = os.getppid()

    def run(self) -> None:
        """Returns after the job in hand once SIGTERM or SIGINT came."""
        for number in ENDING:
            signal.signal(number, self._end)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING | {signal.SIGCHLD})
        while not self.is_ending and os.getppid() == self.starter:
            self.is_idle = False
            found = self.work_one()
            self.is_idle = True
            if not found and not self.is_ending:
                time.sleep(PAUSE_SECONDS)

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.is_ending = True
        if self.is_idle:
            sys.exit(0)


def supervise(run_worker: Callable[[], None], *, with_starter: bool) -> None:
    """Keeps one worker running in a process of its own until SIGTERM or SIGINT, or until the starter of this one is gone."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING | {signal.SIGCHLD})
    starter, child = os.getppid(), _fork(run_worker)
    while True:
        got = signal.sigtimedwait(ENDING | {signal.SIGCHLD}, LOOK_SECONDS)
        if (got and got.si_signo in ENDING) or (with_starter and os.getppid() != starter):
            break
        if os.waitpid(child, os.WNOHANG)[0]:
            # It died: killed, or out of memory. Not at once, or one that dies at its start would take a whole core.
            time.sleep(PAUSE_SECONDS)
            child = _fork(run_worker)
    _end_child(child)


def limit_memory(most_bytes: int) -> None:
    """Lets this process have so much memory and no more (0: no limit): a sheet made to be too large must not take it all."""
    if most_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


def _fork(run_worker: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        run_worker()
        status = 0
    except SystemExit:
        status = 0
    except Exception:
        logger.exception("the worker ended")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: what was registered to run at the end is the upper process's to do.
        os._exit(status)


def _end_child(child: int) -> None:
    os.kill(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while not os.waitpid(child, os.WNOHANG)[0]:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return
        time.sleep(0.05)
