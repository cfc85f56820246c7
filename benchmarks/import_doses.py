"""How fast import_doses is, against a raw COPY of the same doses into the same table with all its indexes.

    python benchmarks/import_doses.py --people 1000000 --rows 100000 --rounds 2 [--xlsx]

Makes synthetic people and a sheet, in a database of its own (test_…, dropped afterwards), then by turns, with the doses
emptied and a checkpoint before each: the import, stage by stage, and COPY of the finished doses in the order of the sheet. Two
ratios count (raw COPY's seconds by the import's), for the machine's own speed cancels out: of the commit, and of the whole way
from the file to the register. Prints the most memory that the process had, too: of a CSV it does not grow with the file.

Measured with 1,000,000 people and 100,000 rows, PostgreSQL 18.4, 2 cores shared with others (load 1 to 2): commit 0.46 to
0.55, all from the file 0.23 to 0.25, which is 20 s: reading 2, checking 2, matching 4, comparing 2, committing 9 to 10. 171
MB. An XLSX took 45 MB more for 36,000 rows. The commit holds the people, compares once more, and writes an audit entry a
dose, which COPY does not.
"""
# ruff: noqa: E402, T201

import argparse
import csv
import os
import random
import resource
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from residents.models import Resident
from vaccinations.imports import services, stages
from vaccinations.models import Dose, DoseImport
from vaxreg.actors import Actor

BY = Actor.command("benchmark")
SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLES = "Văn Thị Hữu Đức Minh Ngọc Quốc Thanh Xuân Thu Kim Gia Bảo Hoài Tuấn Khánh Phương Thúy".split()
GIVEN = (
    "An Anh Bình Chi Dũng Đạt Giang Hà Hạnh Hiếu Hòa Hùng Hương Khoa Lan Linh Long Mai Nam Nga Phúc Quân Sơn".split()
)
PREFIXES = ("001", "031", "038", "040", "048", "074", "075", "079", "080", "092", "096", "022")
PEOPLE = f"""
INSERT INTO {Resident._meta.db_table} (citizen_id, full_name, date_of_birth, birth_precision, sex, phone, source)
SELECT prefixes[1 + n %% 12] || (n %% 2)::text || to_char(born, 'YY') || lpad((n %% 1000000)::text, 6, '0'),
    surnames[1 + n %% 16] || ' ' || middles[1 + (n / 16) %% 18] || ' ' || given[1 + (n / 288) %% 23], born, 'D',
    CASE n %% 2 WHEN 0 THEN 'M' ELSE 'F' END, '09' || lpad((n %% 100000000)::text, 8, '0'), 'population'
FROM generate_series(0, %(people)s - 1) AS n
CROSS JOIN LATERAL (SELECT date '1935-01-01' + (n::bigint * 7919 %% 23000)::int) AS birth (born)
CROSS JOIN (SELECT %(prefixes)s::text[], %(surnames)s::text[], %(middles)s::text[], %(given)s::text[])
    AS parts (prefixes, surnames, middles, given)
"""
HEADINGS = ["STT", "Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD/CMND", "Số điện thoại", "Tỉnh/TP", "Tên vắc xin"]
HEADINGS += ["Mũi số", "Ngày tiêm", "Số lô", "Cơ sở tiêm"]
VACCINES = {"AstraZeneca": "AS", "Comirnaty": "CO", "Vero Cell": "VE", "Spikevax": "SP"}
COLUMNS = [field.column for field in Dose._meta.concrete_fields if field.column != "id"]


def make_people(people: int) -> None:
    parts = {"prefixes": list(PREFIXES), "surnames": SURNAMES, "middles": MIDDLES, "given": GIVEN}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"people": people, **parts})
        cursor.execute("ANALYZE")


def sheet_rows(rows: int) -> list[list[str]]:
    """One dose each of people from all over the registry, nine in ten as it has them, the others with a slip."""
    rng, found = random.Random(1), []
    people = Resident.objects.order_by("?").values_list("citizen_id", "full_name", "date_of_birth", "sex", "phone")
    for n, (number, name, born, sex, phone) in enumerate(people[:rows].iterator(chunk_size=10_000), start=1):
        vaccine = rng.choice(list(VACCINES))
        on = date(2021, 7, 10) + timedelta(days=rng.randrange(120))
        written = name.upper() if rng.random() < 0.1 else name
        if rng.random() < 0.1:
            born = born.replace(day=1, month=1)
        facts = [n, written, "Nam" if sex == "M" else "Nữ", f"{born:%d/%m/%Y}", number, phone, "Hà Nội", vaccine]
        facts += [1, f"{on:%d/%m/%Y}", f"{VACCINES[vaccine]}{rng.randrange(1000, 1040)}", f"Trạm {rng.randrange(60)}"]
        found.append(list(map(str, facts)))
    return found


def write_sheet(path: Path, rows: list[list[str]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *rows])
        return
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in [HEADINGS, *rows]:
        page.append(row)
    book.save(path)


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET vaxreg.allow_truncate = on")
        cursor.execute(f"TRUNCATE {Dose._meta.db_table} CASCADE")
        cursor.execute("CHECKPOINT")


def seconds_of_import(path: Path) -> dict[str, float]:
    """Seconds of each stage, by the state that it works in; of the last two by the state they end in."""
    seconds: dict[str, float] = {}
    last = perf_counter()

    def lap(dose_import: DoseImport) -> None:
        nonlocal last
        now = perf_counter()
        seconds[dose_import.state] = seconds.get(dose_import.state, 0) + now - last
        last = now

    with path.open("rb") as file:
        dose_import = services.receive(by=BY, file=file, name=path.name)
    dose_import = stages.run(dose_import, lap)
    services.name_facilities(by=BY, dose_import=dose_import, names={}, takes_unknown=True)
    dose_import = services.ask_commit(by=BY, dose_import=dose_import, seen=dose_import.accepted)
    last_state = stages.run(dose_import, lap)
    assert last_state.state == "committed", last_state.failure
    return seconds


def write_finished(path: Path) -> int:
    """The doses as they were committed, in the order of the sheet."""
    with connection.cursor() as cursor, path.open("wb") as file:
        chosen = f"SELECT {', '.join(COLUMNS)} FROM {Dose._meta.db_table} ORDER BY import_row"
        cursor.copy_expert(f"COPY ({chosen}) TO STDOUT", file)
        return cursor.rowcount


def seconds_of_copy(path: Path) -> float:
    begun = perf_counter()
    with connection.cursor() as cursor, path.open("rb") as file:
        cursor.copy_expert(f"COPY {Dose._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN", file, 1 << 20)
    return perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--xlsx", action="store_true")
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark_doses"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as directory:
            compare(Path(directory), options)
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


def compare(directory: Path, options: argparse.Namespace) -> None:
    call_command("load_units", verbosity=0)
    call_command("load_vaccines", verbosity=0)
    make_people(options.people)
    sheet, finished = directory / ("sheet.xlsx" if options.xlsx else "sheet.csv"), directory / "finished.txt"
    write_sheet(sheet, sheet_rows(options.rows))
    ratios = []
    for _round in range(options.rounds):
        emptied()
        seconds = seconds_of_import(sheet)
        doses = write_finished(finished)
        emptied()
        copied, whole = seconds_of_copy(finished), sum(seconds.values())
        ratios.append((copied / seconds["committed"], copied / whole))
        laps = ", ".join(f"{state} {lap:.1f}" for state, lap in seconds.items())
        print(f"{doses:,} doses of {options.rows:,} rows: {laps} s; COPY {copied:.1f} s", flush=True)
        print(f"  commit {ratios[-1][0]:.2f} of the speed of COPY, all from the file {ratios[-1][1]:.2f}", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    worst = [min(column) for column in zip(*ratios, strict=True)]
    print(f"at least: commit {worst[0]:.2f}, all from the file {worst[1]:.2f}; most memory {memory} MB")


if __name__ == "__main__":
    main()
