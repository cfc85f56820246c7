"""How fast import_residents is, against a raw COPY of the same rows into the same table.

    python benchmarks/import_residents.py --rows 1000000 --rounds 2

Makes synthetic rows and a database of its own (test_…, dropped afterwards), then by turns, with the table emptied and a
checkpoint before each: the command's path from the CSV file, and COPY of the finished rows, in the order of the file, into
residents_resident with all its generated columns, constraints and indexes. The ratio is what counts (raw COPY's seconds by
the command's), for the machine's own speed cancels out.

Measured with 1,000,000 rows on 2 cores shared with four other people, PostgreSQL 18.4: 0.68 and 0.77. More than half of both
is the table itself: two folded names, six indexes and five constraints a row.
"""
# ruff: noqa: E402, T201

import argparse
import os
import random
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection

from residents.importing import import_residents
from residents.models import Resident
from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor

SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLE_NAMES = "Văn Thị Hữu Đức Minh Ngọc Quốc Thanh Xuân Thu Kim Gia Bảo Hoài Tuấn Khánh Phương Thúy".split()
GIVEN_NAMES = (
    "An Anh Bình Chi Dũng Đạt Giang Hà Hạnh Hiếu Hòa Hùng Hương Khoa Lan Linh Long Mai Nam Nga Phúc Quân Sơn".split()
)
PREFIXES = ("001", "031", "038", "040", "048", "074", "075", "079", "080", "092", "096", "022")
COLUMNS = "citizen_id, full_name, date_of_birth, birth_precision, sex, phone, province_id, source"


def write_extract(path: Path, rows: int) -> None:
    rng = random.Random(1)
    numbers = set()
    with path.open("w", encoding="utf-8") as file:
        file.write("citizen_id,full_name,date_of_birth,sex,province_code,phone\n")
        while len(numbers) < rows:
            sex, born = rng.choice("MF"), date(1935, 1, 1) + timedelta(days=rng.randrange(25_500))
            prefix, century = rng.choice(PREFIXES), (0 if born.year < 2000 else 2) + (sex == "F")
            number = f"{prefix}{century}{born.year % 100:02d}{rng.randrange(10**6):06d}"
            if number in numbers:
                continue
            numbers.add(number)
            words = [rng.choice(SURNAMES), *rng.choices(MIDDLE_NAMES, k=rng.choice((1, 1, 2))), rng.choice(GIVEN_NAMES)]
            phone = f"0{rng.choice('35789')}{rng.randrange(10**8):08d}"
            file.write(f"{number},{' '.join(words)},{born:%d/%m/%Y},{sex},{prefix},{phone}\n")


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET vaxreg.allow_truncate = on")
        cursor.execute(f"TRUNCATE {Resident._meta.db_table} CASCADE")
        cursor.execute("CHECKPOINT")


def seconds_of_import(extract: Path) -> float:
    begun = perf_counter()
    with extract.open("rb") as file:
        import_residents(by=Actor.command("benchmark"), file=file, on=date.today())
    return perf_counter() - begun


def seconds_of_copy(finished: Path) -> float:
    begun = perf_counter()
    with connection.cursor() as cursor, finished.open("rb") as file:
        cursor.copy_expert(f"COPY {Resident._meta.db_table} ({COLUMNS}) FROM STDIN", file, 1 << 20)
    return perf_counter() - begun


def write_finished(finished: Path, extract: Path) -> None:
    """The rows as they are merged, in the order of the extract."""
    with connection.cursor() as cursor, finished.open("wb") as file:
        cursor.execute(
            "CREATE TEMP TABLE places (place integer GENERATED ALWAYS AS IDENTITY, citizen_id text, a text, b text, c text,"
            " d text, e text)"
        )
        with extract.open("rb") as source:
            cursor.copy_expert(
                "COPY places (citizen_id, a, b, c, d, e) FROM STDIN (FORMAT csv, HEADER)", source, 1 << 20
            )
        cursor.copy_expert(
            f"COPY (SELECT {COLUMNS} FROM {Resident._meta.db_table} JOIN places USING (citizen_id) ORDER BY place) TO STDOUT",
            file,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark_residents"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as directory:
            compare(Path(directory, "extract.csv"), Path(directory, "finished.txt"), options.rows, options.rounds)
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


def compare(extract: Path, finished: Path, rows: int, rounds: int) -> None:
    load_units(by=Actor.command("benchmark"), rows=read_units())
    write_extract(extract, rows)
    ratios = []
    for _round in range(rounds):
        emptied()
        by_command = seconds_of_import(extract)
        if not finished.exists():
            write_finished(finished, extract)
        emptied()
        by_copy = seconds_of_copy(finished)
        ratios.append(by_copy / by_command)
        print(
            f"command {rows / by_command:,.0f} rows/s, COPY {rows / by_copy:,.0f} rows/s: {ratios[-1]:.2f}", flush=True
        )
    print(f"{rows:,} rows: the command reaches {min(ratios):.2f} to {max(ratios):.2f} of the speed of COPY")


if __name__ == "__main__":
    main()
