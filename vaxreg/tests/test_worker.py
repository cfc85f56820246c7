"""The worker's processes: started again when killed, ended in time, and never left behind. Without a database."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from vaxreg import worker
worker.PAUSE_SECONDS = worker.LOOK_SECONDS = 0.1
worker.GRACE_SECONDS = 0.5
notes = Path(sys.argv[1])

def note(text):
    with notes.open("a") as file:
        file.write(text + "\\n")

def work_one():
    {job}

note(f"above {{os.getpid()}}")

def run():
    note(f"worker {{os.getpid()}}")
    worker.Worker(work_one).run()

worker.supervise(run, with_starter={with_starter})
note("over")
"""
IDLE = "return False"
BUSY = "note('begun'); time.sleep(0.3); note('done'); return True"
DEAF = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT}); note('begun'); time.sleep(60)"


@pytest.fixture
def notes(tmp_path):
    yield tmp_path / "notes"
    for pid in pids(tmp_path / "notes"):
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


def command(notes, job=IDLE, *, with_starter=False):
    return [sys.executable, "-c", PROGRAM.format(job=job, with_starter=with_starter), str(notes)]


def started(notes, job=IDLE):
    return subprocess.Popen(command(notes, job), cwd=TOP)


def lines(notes):
    return notes.read_text().splitlines() if notes.exists() else []


def pids(notes):
    return [int(line.split()[1]) for line in lines(notes) if line.startswith(("above", "worker"))]


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def until(condition):
    for _attempt in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_idle_worker_ends_at_once(notes, number):
    process = started(notes)
    until(lambda: len(pids(notes)) == 2)
    process.send_signal(number)
    assert process.wait(20) == 0
    assert lines(notes)[-1] == "over"
    assert not any(map(is_alive, pids(notes)))


def test_job_in_hand_is_finished_first(notes):
    process = started(notes, BUSY)
    until(lambda: "begun" in lines(notes))
    process.terminate()
    assert process.wait(20) == 0
    assert lines(notes).count("begun") == lines(notes).count("done")


def test_worker_that_cannot_hear_is_killed_after_the_time_of_grace(notes):
    process = started(notes, DEAF)
    until(lambda: "begun" in lines(notes))
    process.terminate()
    assert process.wait(20) == 0
    assert not any(map(is_alive, pids(notes)))


def test_worker_that_was_killed_is_started_again(notes):
    process = started(notes)
    until(lambda: len(pids(notes)) == 2)
    os.kill(pids(notes)[1], signal.SIGKILL)
    until(lambda: len(pids(notes)) == 3)
    assert is_alive(pids(notes)[2])
    process.terminate()
    assert process.wait(20) == 0


def test_both_end_when_the_process_that_started_them_is_gone(notes):
    starter = f"import subprocess, time; subprocess.Popen({command(notes, with_starter=True)!r}); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", starter], cwd=TOP) as process:
        until(lambda: len(pids(notes)) == 2)
        process.kill()
    until(lambda: not any(map(is_alive, pids(notes))))


def test_worker_ends_when_the_process_above_it_is_killed(notes):
    process = started(notes)
    until(lambda: len(pids(notes)) == 2)
    process.kill()
    process.wait()
    until(lambda: not any(map(is_alive, pids(notes))))
