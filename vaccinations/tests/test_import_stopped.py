"""An import that stops in the middle of a stage says why, and can be resumed or cancelled."""

import pytest
from django.db import connection

from vaccinations.imports import checking, services, stages
from vaccinations.imports.failures import sentence_of
from vaccinations.models import Dose, DoseImport, FilePart, SheetDose, SheetRow
from vaccinations.tests.breaking import KINDS, broken, finished, in_small_steps, sheet, until_stage
from vaccinations.tests.sheets import BY
from vaxreg import jobs
from vaxreg.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    in_small_steps(monkeypatch)


def fill_disk():
    """The database says what it says when it cannot extend a file."""
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$")


def raise_(error):
    raise error


@pytest.mark.parametrize("kind", KINDS)
def test_full_disk_stops_the_import_and_it_can_be_resumed(kind, monkeypatch):
    dose_import = until_stage(kind)
    with monkeypatch.context() as patched:
        broken(patched, kind, fill_disk)
        stopped = stages.run(dose_import)
    assert stopped.failure == "disk-full"
    assert "resume" in sentence_of(stopped) or "Tiếp tục" in sentence_of(stopped)
    finished(stages.run(services.resume(by=BY, dose_import=stopped)), kind)


@pytest.mark.parametrize("kind", KINDS[:-1])
def test_import_that_failed_at_any_stage_before_it_was_committed_can_be_cancelled(kind, monkeypatch, caplog):
    dose_import = until_stage(kind)
    broken(monkeypatch, kind, lambda: raise_(ValueError("unforeseen")))
    stopped = stages.run(dose_import)
    assert stopped.failure == "unexpected"
    services.cancel(by=BY, dose_import=stopped)
    assert DoseImport.objects.get().state == "cancelled"
    assert not any(model.objects.exists() for model in (Dose, SheetRow, SheetDose, FilePart))


def test_import_that_kills_every_worker_is_set_aside(monkeypatch):
    dose_import = sheet()
    services.start(dose_import)
    Job.objects.update(attempts=jobs.MOST_ATTEMPTS)
    assert jobs.work_one()
    dose_import.refresh_from_db()
    assert (dose_import.failure, dose_import.has_work) == ("worker-died", False)
    finished(stages.run(services.resume(by=BY, dose_import=dose_import)), "judge")


def test_cancelling_between_two_steps_ends_the_work(monkeypatch):
    dose_import = sheet()
    original, calls = checking.check, []

    def check(*args, **kwargs):
        calls.append(1)
        original(*args, **kwargs)

    monkeypatch.setattr(checking, "check", check)
    stages.run(dose_import, progress=lambda seen: seen.state == "read" and seen.done and cancel_elsewhere(seen))
    assert DoseImport.objects.get().state == "cancelled"
    assert len(calls) == 1
    assert not SheetRow.objects.exists()


def cancel_elsewhere(dose_import):
    services.cancel(by=BY, dose_import=DoseImport.objects.get(pk=dose_import.pk))


def test_columns_chosen_anew_while_the_old_ones_are_read_are_the_ones_that_count():
    dose_import, chosen = sheet(), []

    def choose(seen):
        """Somebody finds in the middle of the reading that the column of the phone holds something else."""
        if seen.state == "received" and not chosen:
            chosen.append(1)
            layout = DoseImport.objects.get().layout
            layout["columns"][4]["field"] = ""
            services.choose_columns(by=BY, dose_import=DoseImport.objects.get(), layout=layout)

    after = stages.run(dose_import, progress=choose)
    assert (after.state, after.doses, after.layout["columns"][4]["field"]) == ("review", 10, "")
    assert set(SheetRow.objects.values_list("phone", flat=True)) == {""}
    assert SheetRow.objects.count() == SheetDose.objects.count() == 10
