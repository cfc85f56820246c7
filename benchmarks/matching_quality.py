"""How right residents.matching is: precision, recall and the doubtful share, by kind of spoiling.

    make quality, or python benchmarks/matching_quality.py --seeds 1,2,3 --people 20000 [--generator PATH/province_sheets.py]

For each seed a database of its own (test_…, dropped afterwards) is filled with a population, of which one person in twenty is
left out; then every row of a sheet is matched, and compared with the truth. Sheets come from benchmarks/dirt.py, and from the
generator of provincial sheets where there is one.

- precision: of the rows linked (`same` and `link`), those that reached their person. Nobody may be linked who was left out.
- recall: linked, of the rows whose person is in the registry and whose number is neither lost nor another person's.
- doubtful: of all rows.
"""
# ruff: noqa: E402, T201

import argparse
import csv
import io
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection, transaction

from benchmarks.dirt import LOST, PASTED, Population, Row
from benchmarks.duplicates import provinces_by_prefix
from residents.birth import UNKNOWN, UnreadableBirthError, read_birth
from residents.citizen_id import MalformedNumberError, read_number
from residents.importing import import_residents
from residents.matching import ROWS, Band, match
from residents.models import Resident
from residents.names import clean_name, fold, name_key
from residents.phone import MalformedPhoneError, read_phone
from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor

SLICE = 20_000
HEADINGS = ["citizen_id", "full_name", "date_of_birth", "sex", "province_code", "phone"]
SEXES = {"Nam": "M", "Nữ": "F", "M": "M", "F": "F"}
LEFT_OUT = 0.05
REQUIRED = {"precision": 0.9999, "recall": 0.97, "doubtful": 0.05}


def population_of_dirt(population: Population) -> list[list[str]]:
    return [[p.number, p.name, f"{p.born:%d/%m/%Y}", p.sex, p.prefix, p.phone] for p in population.people]


def generated(generator: Path, people: int, seed: int) -> tuple[list[list[str]], list[Row]]:
    """The extract and the rows of the generator of provincial sheets."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(
            [sys.executable, generator, directory, "--people", str(people), "--seed", str(seed)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        with open(Path(directory, "population.csv"), encoding="utf-8", newline="") as file:
            extract = list(csv.reader(file))[1:]
        with (
            open(Path(directory, "sheet.csv"), encoding="utf-8-sig", newline="") as sheet,
            open(Path(directory, "truth.csv"), encoding="utf-8", newline="") as truth,
        ):
            pairs = zip(csv.DictReader(sheet), csv.DictReader(truth), strict=True)
            rows = [row_of_sheet(written, known) for written, known in pairs]
    return extract, rows


def row_of_sheet(written: dict[str, str], known: dict[str, str]) -> Row:
    kinds = [
        kind for kind in known["spoilt"].split("+") if kind in ("name", "dob", "sex", "number", "no-id", "malformed-id")
    ]
    number = written["Số CCCD/CMND"]
    if kinds == ["malformed-id"] and len(number) == 9:
        kinds = ["old card unknown"]
    return Row(
        known["citizen_id"], kinds[0] if kinds else "", written["Họ và tên"], written["Ngày sinh"], written["Giới tính"], number,
        written["Số điện thoại"], known["citizen_id"][:3],
    )  # fmt: skip


def load(extract: list[list[str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADINGS, *extract])
    import_residents(by=Actor.command("benchmark"), file=io.BytesIO(buffer.getvalue().encode()), on=date.today())
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Resident._meta.db_table}")


def staged(rows: list[Row]) -> Iterator[tuple]:
    """The rows with the columns the caller of `match` fills, read in the smallest way."""
    provinces = provinces_by_prefix()
    for row_id, row in enumerate(rows, start=1):
        name, birth = clean_name(row.name), read(read_birth, row.birth, UNKNOWN, UnreadableBirthError)
        number = read(lambda text: read_number(text).number, row.number, "", MalformedNumberError)
        phone = read(read_phone, row.phone, "", MalformedPhoneError)
        yield (
            row_id, number, row.number.strip(), name, fold(name), name_key(name), birth.earliest, birth.precision,
            SEXES.get(row.sex, ""), phone, provinces.get(row.prefix),
        )  # fmt: skip


def read(reader, text, otherwise, error):
    try:
        return reader(text) if text.strip() else otherwise
    except error:
        return otherwise


def stage(rows: list[Row]) -> None:
    buffer = io.StringIO()
    for values in staged(rows):
        buffer.write("\t".join("\\N" if value is None else str(value).replace("\\", "\\\\") for value in values) + "\n")
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS sheet_rows; CREATE TABLE sheet_rows ({ROWS})")
        cursor.copy_from(
            buffer,
            "sheet_rows",
            columns=(
                "row_id number number_written full_name folded_name name_key born birth_precision sex phone province_id"
            ).split(),
        )
        cursor.execute("ANALYZE sheet_rows")


def matched(rows: list[Row]) -> list[tuple[str | None, str, list[str] | None, float | None]]:
    stage(rows)
    begun = perf_counter()
    with connection.cursor() as cursor:
        for first in range(1, len(rows) + 1, SLICE):
            with transaction.atomic():
                match(cursor, "sheet_rows", first=first, last=first + SLICE - 1)
        seconds = perf_counter() - begun
        print(f"  {len(rows):,} rows matched in {seconds:.1f} s, {len(rows) / seconds:,.0f} rows/s")
        cursor.execute("SELECT person, band, evidence, score, rival FROM sheet_rows ORDER BY row_id")
        return cursor.fetchall()


def judge(rows: list[Row], answers: list[tuple], registered: set[str], *, show: int = 0) -> dict[str, float]:
    """Prints the confusion by kind, and returns the three figures."""
    table: dict[str, Counter] = {}
    totals: Counter = Counter()
    for row, (person, band, evidence, score, rival) in zip(rows, answers, strict=True):
        counts = table.setdefault(row.kind or "clean", Counter())
        linked, known = band in (Band.SAME, Band.LINK), row.truth in registered
        counts["rows"] += 1
        counts[band] += 1
        counts["left out"] += not known
        if linked:
            counts["right" if person == row.truth else "wrong"] += 1
            if person != row.truth and show:
                print("   wrong:", row, person, band, evidence, score, rival)
        if row.kind not in LOST | PASTED and known:
            counts["findable"] += 1
            counts["found"] += linked and person == row.truth
        elif row.kind in PASTED and row.holder in registered:
            counts["undisputed"] += band != Band.DISAGREES
            if band != Band.DISAGREES and show:
                print("   undisputed:", row, person, band, evidence, score, rival)
    for kind, counts in sorted(table.items()):
        totals.update(counts)
        print_counts(kind, counts)
    print_counts("all", totals)
    linked = totals["right"] + totals["wrong"]
    figures = {
        "precision": totals["right"] / linked if linked else 1.0,
        "recall": totals["found"] / totals["findable"],
        "doubtful": totals["doubtful"] / totals["rows"],
    }
    print(
        "  " + ", ".join(f"{name} {value:.4%}" for name, value in figures.items()) + f"; {totals['wrong']} wrong links"
    )
    return figures


COLUMNS = ["rows", "left out", *Band, "wrong", "findable", "found", "undisputed"]


def print_counts(kind: str, counts: Counter) -> None:
    print(f"  {kind:34}" + "".join(f"{counts[column]:>10,}" for column in COLUMNS))


def measure(name: str, extract: list[list[str]], rows: list[Row], seed: int, show: int) -> bool:
    rng = random.Random(seed)
    kept = [person for person in extract if rng.random() >= LEFT_OUT]
    with connection.cursor() as cursor:
        cursor.execute("SET vaxreg.allow_truncate = on")
        cursor.execute(f"TRUNCATE {Resident._meta.db_table} CASCADE")
    load(kept)
    print(
        f"{name}, seed {seed}: {len(kept):,} people registered, {len(extract) - len(kept):,} left out, {len(rows):,} rows"
    )
    print(f"  {'':34}" + "".join(f"{column:>10}" for column in COLUMNS))
    answers = matched(rows)
    figures = judge(rows, answers, {person[0] for person in kept}, show=show)
    return (
        figures["precision"] >= REQUIRED["precision"]
        and (name == "own dirt" or figures["recall"] >= REQUIRED["recall"])
        and (name == "own dirt" or figures["doubtful"] <= REQUIRED["doubtful"])
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="1,2,3,4,5")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--generator", type=Path, help="province_sheets.py; without it only our own dirt is tried")
    parser.add_argument("--show", type=int, default=0, help="1 prints the rows linked wrongly (invented people only)")
    options = parser.parse_args()
    if options.generator is None or not options.generator.exists():
        print("The generator of provincial sheets is not here: only our own dirt is tried.")
        options.generator = None
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark_matching"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load_units(by=Actor.command("benchmark"), rows=read_units())
        held = []
        for seed in map(int, options.seeds.split(",")):
            if options.generator:
                extract, rows = generated(options.generator, options.people, seed)
                held.append(measure("provincial sheet", extract, rows, seed, options.show))
            population = Population(options.people, seed)
            held.append(
                measure("own dirt", population_of_dirt(population), list(population.rows()), seed, options.show)
            )
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)
    print("all figures as required" if all(held) else "BELOW what is required")
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
