"""A worker is killed, or its connection cut, in the middle of each stage: the next one goes on, and nothing is done twice."""

import signal

import pytest
from django.db import connection

from vaccinations.imports import services
from vaccinations.models import Dose, DoseImport
from vaccinations.tests.breaking import KINDS, broken, finished, in_small_steps, until_stage
from vaxreg import jobs
from vaxreg.models import Job
from vaxreg.tests.processes import python

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    in_small_steps(monkeypatch)


@pytest.mark.parametrize("kind", KINDS)
def test_worker_killed_in_the_middle_of_a_stage_and_the_next_one_goes_on(kind):
    dose_import = until_stage(kind)
    if not Job.objects.exists():
        services.start(dose_import)
    before = Dose.objects.count()
    worker = python("from vaccinations.tests.breaking import die_at; die_at(sys.argv[1])", kind)
    assert worker.wait(60) == -signal.SIGKILL
    # Nothing half done shows in the register.
    assert Dose.objects.count() == before
    assert not Dose.objects.filter(voided_at__isnull=False).exists()
    work_again()
    finished(dose_import, kind)


def work_again():
    """The database may take a moment to see that the worker is gone."""
    for _attempt in range(200):
        Job.objects.update(due_at="2021-01-01T00:00Z")
        if jobs.work_one() and not Job.objects.exists():
            return
        signal.sigtimedwait([], 0.05)
    raise AssertionError("nobody could take the job up")


@pytest.mark.parametrize("kind", KINDS)
def test_connection_cut_in_the_middle_of_a_stage_and_the_job_is_done_again(kind, monkeypatch, caplog):
    dose_import = until_stage(kind)
    if not Job.objects.exists():
        services.start(dose_import)

    def cut():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patched:
        broken(patched, kind, cut)
        assert jobs.work_one()
    assert Job.objects.get().attempts == 1
    # It is no fault of the import's, and not told as one.
    assert DoseImport.objects.get().failure == ""
    work_again()
    finished(dose_import, kind)
