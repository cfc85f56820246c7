"""How many of the people who are in the registry twice the search finds, and how quickly.

    python benchmarks/duplicates.py --people 300000 --twice 15000

Makes a database of its own (test_…, dropped afterwards): the invented population of benchmarks/dirt.py with its families, twins
and namesakes, some of whom get a second record under another number (a slip of their own, a provisional one, an old card, or
another citizen ID altogether), with one fact more spoilt. Who has another citizen ID keeps the phone: without it
nothing would tell them from a namesake born the same day. Everybody's province is known. Precision is that of the likely pairs.
"""
# ruff: noqa: E402, T201

import argparse
import io
import os
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection

from benchmarks.dirt import Person, Population, plain
from residents.duplicate_models import DuplicatePair
from residents.duplicates import find_duplicates
from residents.models import Resident, Unit
from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor

NUMBERS = ("slip", "provisional", "old card", "another")
FACTS = (
    "nothing",
    "tones",
    "middle dropped",
    "letter",
    "order",
    "Thị",
    "swapped",
    "first",
    "decade",
    "sex",
    "phone",
    "no phone",
)
COLUMNS = ("citizen_id", "full_name", "date_of_birth", "sex", "phone", "province_id", "source")


def second_record(population: Population, person: Person, number: str, fact: str, place: int) -> Person:
    rng, words, born = population.rng, person.name.split(), person.born
    numbers = {
        "slip": lambda: person.number[:8] + person.number[9] + person.number[8] + person.number[10:],
        "provisional": lambda: f"T{place:011d}",
        "old card": lambda: f"{rng.randrange(10**9):09d}",
        "another": lambda: f"{person.number[:6]}{rng.randrange(10**6):06d}",
    }
    person = replace(person, number=numbers[number]())
    match fact:
        case "tones":
            return replace(person, name=plain(person.name).upper())
        case "middle dropped":
            return replace(person, name=" ".join([words[0], *words[2:]]))
        case "letter":
            return replace(person, name=" ".join([*words[:-1], words[-1] + "h"]))
        case "order":
            return replace(person, name=" ".join([*words[1:], words[0]]))
        case "Thị":
            return replace(person, name=" ".join([words[0], "Thị", *words[2:]]))
        case "swapped" if born.day <= 12:
            return replace(person, born=born.replace(day=born.month, month=born.day))
        case "first":
            return replace(person, born=born.replace(day=1, month=1))
        case "decade":
            return replace(person, born=born.replace(day=1, year=born.year - 10))
        case "sex":
            return replace(person, sex="M" if person.sex == "F" else "F")
        case "phone" if number != "another":
            return replace(person, phone=f"09{rng.randrange(10**8):08d}")
        case "no phone" if number != "another":
            return replace(person, phone="")
    return person


def registered_twice(people: int, twice: int, seed: int) -> tuple[list[Person], dict[tuple[str, str], tuple[str, str]]]:
    """All records, and what was done to each pair of them that is one person."""
    population = Population(people, seed)
    rng, taken = random.Random(seed), {person.number for person in population.people}
    records, pairs = list(population.people), {}
    for place, person in enumerate(rng.sample(population.people, twice)):
        number, fact = rng.choice(NUMBERS), rng.choice(FACTS)
        second = second_record(population, person, number, fact, place)
        if second.number not in taken:
            taken.add(second.number)
            records.append(second)
            pairs[min(person.number, second.number), max(person.number, second.number)] = number, fact
    return records, pairs


def provinces_by_prefix() -> dict[str, int]:
    """Today's province of each prefix that citizen IDs begin with."""
    units = Unit.objects.provinces().exclude(cccd_prefix="")
    return {unit.cccd_prefix: unit.successor_id or unit.pk for unit in units}


def fill(records: list[Person]) -> None:
    buffer, provinces = io.StringIO(), provinces_by_prefix()
    for person in records:
        province = str(provinces[person.prefix])
        values = (person.number, person.name, person.born.isoformat(), person.sex, person.phone, province, "population")
        buffer.write("\t".join(values) + "\n")
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_from(buffer, Resident._meta.db_table, columns=COLUMNS)
        cursor.execute(f"VACUUM ANALYZE {Resident._meta.db_table}")


def server_seconds() -> float:
    """Time that the server's process has had of a processor: what counts on a machine that others use as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        times = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


def show_wrong(pairs: dict[tuple[str, str], tuple[str, str]]) -> None:
    """Prints the pairs of two people that are called likely: invented people only."""
    for pair in DuplicatePair.objects.filter(band="likely").select_related("person_a", "person_b"):
        if (pair.person_a_id, pair.person_b_id) not in pairs:
            people = [(p.pk, p.full_name, str(p.date_of_birth), p.sex, p.phone) for p in (pair.person_a, pair.person_b)]
            print(pair.score, pair.evidence, *people)


def report(pairs: dict[tuple[str, str], tuple[str, str]]) -> None:
    found = {(a, b): band for a, b, band in DuplicatePair.objects.values_list("person_a_id", "person_b_id", "band")}
    table: dict[str, Counter] = {}
    for pair, done in pairs.items():
        for kind in (*done, "all"):
            counts = table.setdefault(kind, Counter())
            counts["pairs"] += 1
            counts[found.get(pair, "missed")] += 1
    columns = ("pairs", "likely", "possible", "missed")
    print(f"{'':20}" + "".join(f"{column:>10}" for column in columns))
    for kind, counts in table.items():
        print(f"{kind:20}" + "".join(f"{counts[column]:>10,}" for column in columns))
    likely = [pair for pair, band in found.items() if band == "likely"]
    right = sum(pair in pairs for pair in likely)
    reached = sum(pair in pairs for pair in found)
    print(f"likely: {len(likely):,} pairs, precision {right / len(likely):.4%}, recall {right / len(pairs):.4%}")
    others = len(found) - reached
    print(f"all: {len(found):,} pairs, {others:,} of them of different people, recall {reached / len(pairs):.4%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=300_000)
    parser.add_argument("--twice", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print the likely pairs that are two people")
    options = parser.parse_args()
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark_duplicates"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load_units(by=Actor.command("benchmark"), rows=read_units())
        records, pairs = registered_twice(options.people, options.twice, options.seed)
        fill(records)
        begun, cpu = perf_counter(), server_seconds()
        for search in find_duplicates(by=Actor.command("benchmark")):
            last = search
        print(
            f"{last.people:,} people in {perf_counter() - begun:.1f} s, {server_seconds() - cpu:.1f} s of the processor's"
        )
        report(pairs)
        if options.show:
            show_wrong(pairs)
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)


if __name__ == "__main__":
    main()
