"""What judging a person by the schedule costs, as ratios: machines differ, and so does one machine from hour to hour.

    python benchmarks/schedule.py
    python benchmarks/schedule.py --cdsi ../shared/data/cdsi/AntigenSupportingData-COVID-19-508_2022-11.xml

Makes a database of its own (test_benchmark_schedule, dropped afterwards) with Vietnam's schedule and invented people of two
doses. In turns, and by the processor time of this process alone, so that a busy machine slows all alike:

- a person judged by the engine (`assess`, warm), against one look-up of a row by the ORM: at most MOST_LOOK_UPS of them;
- a dose tried beside the person's others (`attempt`), against the same;
- what is due worked out anew for a slice of people (`refresh_due_of`), against reading the people and their doses alone;
- with --cdsi the same person judged by CDC's fifteen series.
Exit status 1 where a ratio is beyond its limit.
"""
# ruff: noqa: E402, T201

import argparse
import os
import random
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection, transaction
from django.test.utils import setup_test_environment
from django.utils import timezone

from residents.models import Resident
from vaccinations.due.services import refresh_due_of
from vaccinations.engine.rules import GivenDose, Person, Schedule
from vaccinations.loading.cdsi import load_cdsi
from vaccinations.loading.schedules import load_vietnam, schedule_terms
from vaccinations.loading.vaccines import load_vaccines
from vaccinations.models import Dose, Lot, Vaccine
from vaccinations.rulebook import rulebook
from vaccinations.schedule import assess, attempt
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory
from vaxreg.actors import Actor

PEOPLE, ROUNDS = 500, 9
MOST_LOOK_UPS, MOST_READINGS = 4.0, 20.0
BY = Actor.command("benchmark")


def histories(products: list[str], rng: random.Random) -> list[tuple[Person, list[GivenDose], date]]:
    found = []
    for _n in range(PEOPLE):
        born = date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))
        first = date(2021, 8, 1) + timedelta(days=rng.randrange(120))
        product = rng.choice(products)
        days = [first, first + timedelta(days=rng.choice([20, 28, 42, 56]))]
        doses = [GivenDose(product=product, given_on=day) for day in days]
        found.append((Person(born_on=born, sex="F"), doses, date(2022, 11, 15)))
    return found


def fill() -> list[str]:
    """People with two doses each, their numbers returned."""
    load_vaccines(by=BY)
    load_vietnam(by=BY)
    lots = [LotFactory(vaccine=vaccine) for vaccine in Vaccine.objects.filter(code__in=("comirnaty", "vaxzevria"))]
    facility, rng = FacilityFactory(), random.Random(1)
    people = [
        Resident(
            citizen_id=f"0790900{n:05d}",
            full_name=f"Người {n}",
            date_of_birth=date(1950, 1, 1) + timedelta(days=rng.randrange(20_000)),
            source=Resident.Source.IMPORT,
        )
        for n in range(PEOPLE)
    ]
    Resident.objects.bulk_create(people)
    doses = [dose for person in people for dose in two_doses(person, rng.choice(lots), facility)]
    Dose.objects.bulk_create(doses)
    return [person.pk for person in people]


def two_doses(person: Resident, lot: Lot, facility: object) -> list[Dose]:
    first = timezone.localdate() - timedelta(days=60)
    facts = {"resident": person, "lot": lot, "facility": facility, "recorded_by": None}
    return [
        DoseFactory.build(**facts, dose_number=number, administered_on=first + timedelta(days=28 * number))
        for number in (1, 2)
    ]


def seconds(act: Callable[[], object]) -> float:
    """Of this process; what the database does meanwhile is not in it."""
    begin = process_time()
    act()
    return process_time() - begin


def engine(schedule: Schedule, products: list[str], numbers: list[str]) -> tuple[float, float, float]:
    """Median seconds a person: judged, one dose tried, and one row looked up; in turns."""
    people, last = histories(products, random.Random(2)), GivenDose(product=products[0], given_on=date(2022, 11, 15))

    def judge() -> None:
        for person, doses, on in people:
            assess(schedule=schedule, person=person, history=doses, on=on)

    def try_one() -> None:
        for person, doses, _on in people:
            attempt(schedule=schedule, person=person, history=doses, dose=last)

    def look_up() -> None:
        for number in numbers:
            Resident.objects.get(pk=number)

    judge()
    turns = [(seconds(judge), seconds(try_one), seconds(look_up)) for _round in range(ROUNDS)]
    return tuple(median(column) / PEOPLE for column in zip(*turns, strict=True))


def slices(numbers: list[str]) -> tuple[float, float]:
    """Median seconds of working out what is due for a slice, and of reading its people and doses alone; in turns."""
    today = timezone.localdate()
    rulebook()

    def refresh() -> None:
        with transaction.atomic():
            refresh_due_of(numbers, today)

    def read() -> None:
        list(Resident.objects.filter(pk__in=numbers))
        list(Dose.objects.valid().filter(resident__in=numbers).select_related("vaccine"))

    refresh()
    turns = [(seconds(refresh), seconds(read)) for _round in range(ROUNDS)]
    return tuple(median(column) for column in zip(*turns, strict=True))


def told(what: str, ratio: float, limit: float, detail: str) -> bool:
    print(f"{what}: {ratio:.2f} (at most {limit:.0f}) {detail}", flush=True)
    return ratio <= limit


def compare(cdsi: Path | None) -> bool:
    numbers = fill()
    judged, tried, looked_up = engine(rulebook().schedule, ["comirnaty", "vaxzevria"], numbers)
    refreshed, read = slices(numbers)
    kept = [
        told("judging a person, in look-ups", judged / looked_up, MOST_LOOK_UPS, f"{judged * 1000:.2f} ms"),
        told("trying a dose, in look-ups", tried / looked_up, MOST_LOOK_UPS, f"{tried * 1000:.2f} ms"),
        told(
            "working out what is due, in readings",
            refreshed / read,
            MOST_READINGS,
            f"{refreshed / PEOPLE * 1000:.2f} ms a person",
        ),
    ]
    if cdsi:
        load_cdsi(by=BY, path=cdsi)
        judged, _tried, looked_up = engine(schedule_terms("cdsi"), ["208", "207", "212"], numbers)
        kept.append(
            told("judging by CDC's series, in look-ups", judged / looked_up, MOST_LOOK_UPS, f"{judged * 1000:.2f} ms")
        )
    return all(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cdsi", type=Path, metavar="FILE.xml")
    options = parser.parse_args()
    setup_test_environment()
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark_schedule"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        kept = compare(options.cdsi)
    finally:
        connection.creation.destroy_test_db("postgres", verbosity=0)
    sys.exit(not kept)


if __name__ == "__main__":
    main()
