"""Making a file: a thousand rows at a time, encrypted, whole or not at all."""

from itertools import count

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.exports import building
from vaxreg.exports.building import CHUNK_ROWS, batches, stored_rows
from vaxreg.exports.files import SCRATCH_PREFIX, purge_scratch
from vaxreg.exports.listings import common_area, registry
from vaxreg.exports.models import Export, ExportChunk, ExportedPerson
from vaxreg.models import AuditEntry, Job
from vaxreg.tests.exports.factories import built, export_by, later, manager_of, many_people_of, people_of
from vaxreg.tests.factories import actor, sign_in


def test_no_more_rows_are_fetched_than_are_written_next():
    fetched = []
    rows = batches((fetched.append(n) or n for n in count()), 1_000)
    assert len(next(rows)) == len(fetched) == 1_000
    assert next(rows) == list(range(1_000, 2_000))
    assert len(fetched) == 2_000


@pytest.fixture
def unit(db, settings):
    settings.EXPORT_APPROVAL_PEOPLE = 10_000
    return UnitFactory()


def test_rows_are_read_from_the_database_and_written_in_parts(unit, monkeypatch):
    many_people_of(unit, 2 * CHUNK_ROWS + 1)
    asked, iterator = [], QuerySet.iterator

    def noted(rows, chunk_size=None):
        asked.append(chunk_size)
        return iterator(rows, chunk_size=chunk_size)

    monkeypatch.setattr(QuerySet, "iterator", noted)
    export = built(export_by(manager_of(unit), unit, sensitive=["citizen_id"]))
    assert asked == [CHUNK_ROWS]
    assert (export.built_rows, export.built_people, export.chunks.count()) == (2_001, 2_001, 3)
    assert len({row[-1] for row in stored_rows(export)}) == 2_001
    assert ExportedPerson.objects.filter(export=export).count() == 2_001


def test_reading_the_file_opens_one_part_at_a_time(unit, django_assert_num_queries):
    many_people_of(unit, CHUNK_ROWS + 1)
    export = built(export_by(manager_of(unit), unit))
    rows = stored_rows(export)
    with django_assert_num_queries(1):
        for _n in range(CHUNK_ROWS):
            next(rows)
    with django_assert_num_queries(1):
        assert len(list(rows)) == 1


def test_parts_at_rest_show_nothing(unit):
    people_of(unit, 1, full_name="Lê Hữu Ước")
    export = built(export_by(manager_of(unit), unit, sensitive=["full_name", "citizen_id"]))
    sealed = bytes(export.chunks.get().sealed)
    assert b"079090" not in sealed
    assert "Ước".encode() not in sealed


def test_part_moved_or_missing_is_noticed(unit):
    many_people_of(unit, 2 * CHUNK_ROWS)
    export = built(export_by(manager_of(unit), unit))
    first, second = export.chunks.order_by("position")
    ExportChunk.objects.filter(pk=second.pk).update(sealed=first.sealed)
    with pytest.raises(building.DamagedFileError):
        list(stored_rows(export))
    second.delete()
    with pytest.raises(building.DamagedFileError):
        building.refuse_damaged(export)


def test_builder_killed_halfway_leaves_nothing_and_the_next_one_makes_it(unit, monkeypatch):
    many_people_of(unit, CHUNK_ROWS + 1)
    export = export_by(manager_of(unit), unit)
    packed = building._packed
    monkeypatch.setattr(building, "_packed", lambda rows: packed(rows) if len(rows) == CHUNK_ROWS else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        built(export)
    assert not ExportChunk.objects.exists()
    assert not ExportedPerson.objects.exists()
    monkeypatch.undo()
    assert built(export).built_people == CHUNK_ROWS + 1


def test_command_makes_what_waits_and_deletes_what_is_over(unit, capsys):
    people_of(unit, 2)
    over = built(export_by(manager_of(unit), unit))
    Export.objects.update(expires_at=later(seconds=-1))
    waiting = export_by(manager_of(unit), unit)
    call_command("build_exports")
    assert not over.chunks.exists()
    assert waiting.chunks.count() == 1
    assert f"{waiting.pk}: " in capsys.readouterr().out


def test_long_list_is_made_by_the_worker_and_its_page_shows_when(client, unit, settings):
    settings.EXPORT_AT_ONCE_PEOPLE = 1
    people_of(unit, 2)
    manager = manager_of(unit)
    sign_in(client, manager)
    export = export_by(manager, unit)
    building.begin(by=actor(manager), export=export, now=timezone.now())
    page = client.get(f"/exports/{export.pk}/").content.decode()
    assert "data-working" in page
    assert "js/working" in page
    (job,) = Job.objects.all()
    import_string(job.function)(**job.arguments)
    assert AuditEntry.objects.get(action="export.built").user is None
    page = client.get(f"/exports/{export.pk}/").content.decode()
    assert "Tải về dạng XLSX" in page
    assert "data-working" not in page


def test_worker_that_fails_tries_again_until_the_time_is_over(unit):
    people_of(unit, 1)
    export = export_by(manager_of(unit), unit)
    building.build_queued.given_up(pk=export.pk)
    assert Job.objects.get().due_at > later(minutes=55)
    Export.objects.update(expires_at=later(seconds=-1))
    building.build_queued(pk=export.pk)
    assert Job.objects.count() == 1
    assert not export.chunks.exists()


def test_one_list_that_fails_does_not_hold_up_the_others(unit, monkeypatch, capsys):
    people_of(unit, 1)
    broken, whole = (export_by(manager_of(unit), unit) for _twice in range(2))
    write = building._write
    monkeypatch.setattr(
        building, "_write", lambda export, listing: 1 / 0 if export.pk == broken.pk else write(export, listing)
    )
    with pytest.raises(CommandError, match="1 files"):
        call_command("build_exports")
    assert whole.chunks.exists()
    assert f"{broken.pk}: ZeroDivisionError" in capsys.readouterr().err


def test_person_in_a_list_twice_left_once_and_one_without_a_number_counts(unit, monkeypatch):
    numbers = ["079090000001", "079090000001", None]
    monkeypatch.setattr(building, "_packed", lambda rows: b"")
    monkeypatch.setattr(registry.listings["people"].__class__, "read", lambda *args: FakeRows(numbers))
    ResidentFactory(province=unit)
    export = built(export_by(manager_of(unit), unit))
    assert (export.built_rows, export.built_people) == (3, 2)


class FakeRows:
    """Rows as a list would read them, of whom one has no number."""

    def __init__(self, numbers):
        self.numbers = numbers

    def iterator(self, chunk_size):
        return iter([{"person": number, "full_name": "", "date_of_birth": None} for number in self.numbers])


def test_scratch_of_a_killed_process_is_removed_when_it_is_old(tmp_path, monkeypatch):
    monkeypatch.setattr("vaxreg.exports.files.gettempdir", lambda: str(tmp_path))
    left = tmp_path / f"{SCRATCH_PREFIX}abc"
    left.mkdir()
    (left / "rows").write_text("x")
    assert purge_scratch() == 0
    monkeypatch.setattr("vaxreg.exports.files.LONGEST_WRITING_SECONDS", -1)
    assert purge_scratch() == 1
    assert not left.exists()


@pytest.mark.parametrize(
    ("paths", "area"),
    [(["1/2"], "1/2"), (["1/2", "1/3"], "1"), (["1", "1/3"], "1"), (["1/2", "4/5"], ""), ([], ""), (["12", "1/2"], "")],
)
def test_common_area_holds_all_of_them(paths, area):
    assert common_area(paths) == area


def test_builder_needs_no_more_queries_for_more_fields(unit, django_assert_num_queries):
    people_of(unit, 3)
    export = export_by(manager_of(unit), unit, plain=["ward", "sex", "birth_year"], sensitive=["full_name", "phone"])
    # Savepoint, the export locked, who asked and their roles, the unit, the rows, the people's log, the part, the export,
    # the audit entry, savepoint released.
    with django_assert_num_queries(11):
        building.build(by=actor(export.requested_by), export=export, now=timezone.now())
