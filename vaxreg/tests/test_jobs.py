"""The queue: a job is done once, by one worker, and again when that worker was killed."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from vaxreg import jobs
from vaxreg.limits import count_request
from vaxreg.models import Job, RequestCount
from vaxreg.tests.processes import python

pytestmark = pytest.mark.django_db(transaction=True)


def leave_off(**arguments):
    """Notes that the job was given up."""
    jobs_done("given up")


def jobs_done(name):
    count_request(name, seconds=600)


@jobs.job(given_up=leave_off)
def note(name, seconds=0):
    jobs_done(name)
    time.sleep(seconds)


@jobs.job(given_up=leave_off)
def fail(name):
    jobs_done(name)
    raise ValueError("079090000001 is a number that no log should have")


def done():
    return dict(RequestCount.objects.values_list("bucket", "count"))


def due_now():
    Job.objects.update(due_at="2021-01-01T00:00Z")


def test_job_is_done_once_and_gone():
    jobs.enqueue(note, name="one")
    jobs.enqueue(note, name="two")
    assert [jobs.work_one() for _turn in range(3)] == [True, True, False]
    assert done() == {"one": 1, "two": 1}
    assert not Job.objects.exists()


def test_job_asked_for_in_a_transaction_that_fails_is_never_done():
    with transaction.atomic():
        jobs.enqueue(note, name="never")
        transaction.set_rollback(True)
    assert not jobs.work_one()


def test_two_workers_never_do_the_same_job():
    jobs.enqueue(note, name="slow", seconds=0.5)
    jobs.enqueue(note, name="other")

    def work(delay):
        time.sleep(delay)
        try:
            return jobs.work_one()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(work, (0, 0.1, 0.2))) == [True, True, False]
    assert done() == {"slow": 1, "other": 1}


def test_job_that_fails_is_tried_again_later_and_given_up_in_the_end(caplog):
    jobs.enqueue(fail, name="bad")
    assert jobs.work_one()
    # Not at once.
    assert not jobs.work_one()
    for _attempt in range(jobs.MOST_ATTEMPTS):
        due_now()
        assert jobs.work_one()
    assert done() == {"bad": jobs.MOST_ATTEMPTS, "given up": 1}
    assert not Job.objects.exists()
    assert "failed, attempt 1" in caplog.text


def test_job_whose_worker_is_killed_is_taken_up_by_the_next():
    jobs.enqueue(note, name="killed", seconds=30)
    worker = python("from vaxreg.tests.test_jobs import jobs; jobs.work_one()")
    until(lambda: done() == {"killed": 1})
    due_now()
    # It is being worked at, however long ago it was due.
    assert not jobs.work_one()
    worker.kill()
    worker.wait()
    Job.objects.update(arguments={"name": "killed"})
    until(jobs.work_one)
    assert done() == {"killed": 2}


def test_job_whose_connection_is_cut_is_taken_up_again():
    @jobs.job(given_up=leave_off)
    def cut():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    globals()["cut"] = cut
    cut.__qualname__ = "cut"
    jobs.enqueue(cut)
    assert jobs.work_one()
    assert Job.objects.get().attempts == 1


def until(condition):
    for _attempt in range(300):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")
