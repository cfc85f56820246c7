"""Imports of ten people that break in the middle of a stage."""

import os
import signal
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from vaccinations.imports import checking, judging, services, stages, staging, who
from vaccinations.models import Dose, DoseImport, SheetDose, SheetRow
from vaccinations.tests.sheets import BY, csv_file, known_names, outcomes, person, table
from vaxreg import jobs
from vaxreg.models import AuditEntry, Job

NAMES = [f"Trần Văn {given}" for given in "An Bảo Cường Dũng Đạt Giang Hải Kiên Lâm Minh".split()]
# Where each stage of several steps works; committing and taking back are one step each.
STAGES = {
    "read": (staging, "stage"),
    "check": (checking, "check"),
    "match": (who, "find_people"),
    "judge": (judging, "judge"),
}
KINDS = (*STAGES, "commit", "revert")


def in_small_steps(monkeypatch: Any) -> None:
    """Several steps in each stage, of which the second goes wrong."""
    monkeypatch.setattr(stages, "SLICE", 4)
    monkeypatch.setattr(staging, "LINES_A_COPY", 4)


def sheet() -> DoseImport:
    known_names()
    rows = []
    for n, name in enumerate(NAMES):
        person(f"0790900002{n:02d}", full_name=name, phone="", date_of_birth=date(1990, 3, 5))
        rows.append({"number": f"0790900002{n:02d}", "name": name})
    return services.receive(by=BY, file=csv_file(table(rows)), name="sheet.csv")


def until_stage(kind: str) -> DoseImport:
    """The import of ten people, where that stage comes next."""
    dose_import = sheet()
    if kind in ("commit", "revert"):
        dose_import = stages.run(dose_import)
        services.name_facilities(by=BY, dose_import=dose_import, names={}, takes_unknown=True)
        dose_import = services.ask_commit(by=BY, dose_import=dose_import, seen=10)
    if kind == "revert":
        dose_import = stages.run(dose_import)
        # The worker has done that one.
        Job.objects.all().delete()
        dose_import = services.ask_revert(by=BY, dose_import=dose_import, reason="Gửi nhầm tệp")
    return dose_import


def broken(monkeypatch: Any, kind: str, act: Callable[[], None]) -> None:
    """Lets `act` happen in the middle of the stage: in its second step, or after what its one step writes."""
    if kind in ("commit", "revert"):
        original = stages.audit.record_rows

        def record_rows(**facts: Any) -> None:
            original(**facts)
            act()

        monkeypatch.setattr(stages.audit, "record_rows", record_rows)
        return
    module, name = STAGES[kind]
    original, calls = getattr(module, name), []

    def step(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        calls.append(1)
        if len(calls) == (1 if kind == "judge" else 2):
            act()
        return result

    monkeypatch.setattr(module, name, step)


def die_at(kind: str) -> None:
    """Works at the job in hand and is killed in the middle of the stage; run in a process of its own."""
    monkeypatch = pytest.MonkeyPatch()
    in_small_steps(monkeypatch)
    broken(monkeypatch, kind, lambda: os.kill(os.getpid(), signal.SIGKILL))
    jobs.work_one()


def finished(dose_import: DoseImport, kind: str) -> None:
    """What the stages come to when nothing goes wrong."""
    dose_import.refresh_from_db()
    if kind == "revert":
        assert (dose_import.state, dose_import.taken_back) == ("reverted", 10)
        assert not Dose.objects.valid().exists()
    elif kind == "commit":
        assert (dose_import.state, dose_import.added, Dose.objects.count()) == ("committed", 10, 10)
        assert AuditEntry.objects.filter(action="dose.recorded").count() == 10
    else:
        assert (dose_import.state, dose_import.rows, dose_import.doses) == ("review", 10, 10)
        assert outcomes(dose_import) == ["new"] * 10
    assert SheetRow.objects.count() == SheetDose.objects.count() == 10
