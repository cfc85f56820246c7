"""What matching costs: rows a second against a raw COPY of the same rows, and pages of the registry touched a row.

    python benchmarks/matching_speed.py --people 1000000 --rows 100000

Makes a database of its own (test_…, dropped afterwards) with invented people written in SQL, takes some of them for a sheet that
is spoilt in every second row (benchmarks/dirt.py), and for each slice of it counts the pages that matching reads. Run it for
two sizes of the registry: pages a row are what must not grow.
"""
# ruff: noqa: E402, T201

import argparse
import io
import json
import os
import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection, transaction

from benchmarks.dirt import GIVENS, MIDDLES, PREFIXES, SURNAMES, Person, Population
from benchmarks.duplicates import server_seconds
from benchmarks.matching_quality import staged
from residents.matching import ROWS, match, matching_statement
from residents.models import Resident
from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor

SLICE = 20_000
COLUMNS = (
    "row_id number number_written full_name folded_name name_key born birth_precision sex phone province_id".split()
)
# A registry of any size: the number counts up in its last digits, scattered; four people in ten share a phone with two others.
FILL = f"""
INSERT INTO {Resident._meta.db_table} (citizen_id, full_name, date_of_birth, sex, phone, source)
SELECT prefix || (CASE WHEN born >= '2000-01-01' THEN 2 ELSE 0 END + is_female) || to_char(born, 'YY')
        || lpad((n * 7919 %% 1000000)::text, 6, '0'),
    surname || ' ' || middle || ' ' || given, born, CASE is_female WHEN 1 THEN 'F' ELSE 'M' END,
    '09' || lpad((CASE WHEN n %% 10 < 4 THEN n / 3 ELSE n END * 7919 %% 100000000)::text, 8, '0'), 'population'
FROM (
    SELECT n, date '1935-01-01' + (hashint8(n) & 1073741823) %% 25500 AS born, (hashint8(n + 7) & 1) AS is_female,
        (%(prefixes)s)[1 + (n / 1000000 + (hashint8(n + 1) & 1048575)) %% {len(PREFIXES)}] AS prefix,
        (%(surnames)s)[1 + ((hashint8(n + 2) & 255) * (hashint8(n + 3) & 255) >> 8) * {len(SURNAMES)} / 256] AS surname,
        (%(middles)s)[1 + (hashint8(n + 4) & 1048575) %% {len(MIDDLES["M"] + MIDDLES["F"])}] AS middle,
        (%(givens)s)[1 + (hashint8(n + 5) & 1048575) %% {len(GIVENS)}] AS given
    FROM generate_series(%(first)s::bigint, %(last)s) AS n
) AS facts
ON CONFLICT DO NOTHING
"""


def fill(people: int) -> int:
    """Writes the people, with the indexes made afterwards: at ten million that takes a quarter of the time."""
    lists = {"prefixes": list(PREFIXES), "surnames": SURNAMES, "middles": MIDDLES["M"] + MIDDLES["F"], "givens": GIVENS}
    table = Resident._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT LIKE '%%pkey'", [table]
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for first in range(1, people + 1, 1_000_000):
            cursor.execute(FILL, {**lists, "first": first, "last": min(first + 999_999, people)})
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def some_people(rows: int, of: int) -> list[Person]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT citizen_id, full_name, date_of_birth, sex, left(citizen_id, 3), phone, 0 FROM {Resident._meta.db_table}"
            f" TABLESAMPLE BERNOULLI ({min(100, 105 * rows / of)}) REPEATABLE (1) ORDER BY hashtext(citizen_id) LIMIT {rows}"
        )
        return [Person(*facts) for facts in cursor.fetchall()]


def copied(rows: list) -> float:
    buffer = io.StringIO()
    for values in staged(rows):
        buffer.write("\t".join("\\N" if value is None else str(value).replace("\\", "\\\\") for value in values) + "\n")
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS sheet_rows; CREATE TABLE sheet_rows ({ROWS})")
        begun = perf_counter()
        cursor.copy_from(buffer, "sheet_rows", columns=COLUMNS)
        seconds = perf_counter() - begun
        cursor.execute("ANALYZE sheet_rows")
    return seconds


def matched(rows: int) -> tuple[float, float]:
    begun, processor = perf_counter(), server_seconds()
    with connection.cursor() as cursor:
        for first in range(1, rows + 1, SLICE):
            with transaction.atomic():
                match(cursor, "sheet_rows", first=first, last=first + SLICE - 1)
    return perf_counter() - begun, server_seconds() - processor


def pages(rows: int, plan_to: Path | None) -> tuple[float, float]:
    """Pages of tables and indexes asked for a row, and how many of them were not in memory."""
    with connection.cursor() as cursor, transaction.atomic():
        statement = matching_statement("sheet_rows", first=1, last=rows)
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        (explained,) = cursor.fetchone()
        plan = (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]
        if plan_to:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
            plan_to.write_text("\n".join(line for (line,) in cursor.fetchall()))
        transaction.set_rollback(True)
    return (plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]) / rows, plan["Shared Read Blocks"] / rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--plan", type=Path, help="where to write the plan of one slice")
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark_speed"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load_units(by=Actor.command("benchmark"), rows=read_units())
        begun = perf_counter()
        people = fill(options.people)
        print(f"{people:,} people written in {perf_counter() - begun:.0f} s", flush=True)
        rows = list(Population.of(some_people(options.rows, people), seed=1).rows())
        for _round in range(options.rounds):
            copying = copied(rows)
            matching, processor = matched(len(rows))
            print(
                f"{len(rows):,} rows: matched {len(rows) / matching:,.0f} rows/s ({matching:.1f} s, processor {processor:.1f} s),"
                f" COPY {len(rows) / copying:,.0f} rows/s: {copying / matching:.3f} of it",
                flush=True,
            )
        asked, missed = pages(min(SLICE, len(rows)), options.plan)
        print(f"{asked:.1f} pages a row, {missed:.2f} of them not in memory")
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


if __name__ == "__main__":
    main()
