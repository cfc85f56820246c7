"""How long the pages of lots and stock take in the server, and by which plans.

    python benchmarks/stock.py --doses 1000000
    python benchmarks/stock.py --doses 10000000 --plans docs/query-plans-stock.md

Makes a database of its own (test_benchmark_stock, dropped afterwards) and fills it in SQL: 500 facilities in 34 provinces,
the first of which gave a tenth of all doses; 200 lots, each facility keeps ten of them; doses over 100 days up to today,
one in 200 voided; a ledger a facility, its days closed up to yesterday. Then each page is asked for several times by
Django's test client, signed in as the role that uses it; with --plans the statements that read doses are written down
with their plans (EXPLAIN ANALYZE, BUFFERS).
"""
# ruff: noqa: E402, T201

import os
import sys
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from benchmarks.pages import Page, arguments, measure, scratch_database, write_plans
from residents.models import AreaAssignment, Unit
from residents.unit_loading import load_units
from residents.units import read_units
from vaccinations.models import DayCloseLine, Dose, Facility, FacilityAssignment, Lot, StockEntry, Vaccine
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory

FACILITIES, LOTS, LOTS_HERE, DAYS, BATCH = 500, 200, 10, 100, 1_000_000
TABLES = [model._meta.db_table for model in (Dose, StockEntry, DayCloseLine)]
PEOPLE = """
INSERT INTO residents_resident (citizen_id, full_name, birth_precision, source)
SELECT lpad(n::text, 12, '0'), 'Nguyễn Văn ' || chr(65 + n %% 26), 'U', 'population'
FROM generate_series(1, %(people)s) AS n
"""
# A tenth of the doses at the first facility; ten lots a facility, used up one after the other.
DOSES = """
INSERT INTO vaccinations_dose (resident_id, dose_number, vaccine_id, lot_id, facility_id, vaccinator, administered_on,
    administered_at, warnings, warning_reason, source, idempotency_key, recorded_at, voided_at, void_reason)
SELECT lpad((1 + n %% %(people)s)::text, 12, '0'), 1 + n / %(people)s, lot.vaccine_id, lot.id, made.facility, '', day,
       day + time '09:00', '{}', '', 'desk', gen_random_uuid(), day + time '09:00',
       CASE WHEN n %% 200 = 0 THEN now() END, CASE WHEN n %% 200 = 0 THEN 'benchmark' ELSE '' END
FROM (
    SELECT n, CASE WHEN random() < 0.1 THEN 0 ELSE floor(random() * %(facilities)s)::int END AS facility_place,
           %(first_day)s::date + (n * %(days)s / %(doses)s)::int AS day
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
) AS drawn
CROSS JOIN LATERAL (SELECT %(first_facility)s + facility_place AS facility) AS made
JOIN vaccinations_lot AS lot ON lot.id = %(first_lot)s
    + (facility_place * 7 + (day - %(first_day)s::date) * %(lots_here)s / %(days)s) %% %(lots)s
"""
LEDGERS = """
INSERT INTO vaccinations_ledger (facility_id, begun_on) SELECT id, %(first_day)s FROM vaccinations_facility
"""
RECEIVED = """
INSERT INTO vaccinations_stockentry (facility_id, lot_id, kind, doses, "on", reason, note, party, document, recorded_at,
    idempotency_key)
SELECT facility_id, lot_id, 'received', count(*) + 20, %(first_day)s, '', '', 'Kho', 'PX', now(), gen_random_uuid()
FROM vaccinations_dose WHERE voided_at IS NULL GROUP BY facility_id, lot_id
"""
CLOSED = """
INSERT INTO vaccinations_dayclose (facility_id, day, since, last_entry, closed_at)
SELECT facility.id, day, day, (SELECT max(id) FROM vaccinations_stockentry), now()
FROM vaccinations_facility AS facility, generate_series(%(first_day)s::date, %(last_day)s::date, interval '1 day') AS day
"""
LINES = """
INSERT INTO vaccinations_daycloseline (close_id, lot_id, opening, late, received, given, wasted, returned, transferred,
    adjusted, computed, counted, explanation, given_through)
SELECT close.id, given.lot_id, 0, 0, given.doses + 20, given.doses, 0, 0, 0, 0, 20, 20, '', given.so_far
FROM (
    SELECT facility_id, lot_id, administered_on, count(*) AS doses,
           sum(count(*)) OVER (PARTITION BY facility_id, lot_id ORDER BY administered_on) AS so_far
    FROM vaccinations_dose WHERE voided_at IS NULL GROUP BY facility_id, lot_id, administered_on
) AS given
JOIN vaccinations_dayclose AS close ON close.facility_id = given.facility_id AND close.day = given.administered_on
"""


def build(doses: int, today: date) -> None:
    """Units, facilities, lots, people, doses in batches, ledgers and closed days."""
    load_units(by=Actor.command("benchmark"), rows=read_units())
    provinces = list(Unit.objects.provinces().in_force(today).order_by("pk"))
    vaccine = Vaccine.objects.create(code="benchmark", name="Benchmark", manufacturer="-")
    for number in range(FACILITIES):
        unit = provinces[number % len(provinces)]
        Facility.objects.create(code=f"station-{number}", name=f"Trạm {number:03d}", unit=unit)
    for number in range(LOTS):
        expiry = today + timedelta(days=number)
        Lot.objects.create(vaccine=vaccine, lot_number=f"B{number:04d}", expires_on=expiry)
    people, first_day = max(doses // 10, 1), today - timedelta(days=DAYS - 1)
    facts = {
        "people": people,
        "doses": doses,
        "days": DAYS,
        "first_day": first_day,
        "last_day": today - timedelta(days=1),
        "facilities": FACILITIES,
        "lots": LOTS,
        "lots_here": LOTS_HERE,
        "first_facility": Facility.objects.order_by("pk").first().pk,
        "first_lot": Lot.objects.order_by("pk").first().pk,
    }
    with connection.cursor() as cursor:
        # Every key is made here and right: without this, looking each one up would take most of the time.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(PEOPLE, facts)
        print(f"{people:,} people", flush=True)
        for first in range(0, doses, BATCH):
            cursor.execute(DOSES, facts | {"first": first, "last": min(first + BATCH, doses) - 1})
            print(f"{min(first + BATCH, doses):,} doses", flush=True)
        for statement in (LEDGERS, RECEIVED, CLOSED, LINES, "VACUUM ANALYZE"):
            cursor.execute(statement, None if statement.startswith("VACUUM") else facts)
        cursor.execute("SET session_replication_role = origin")


def people() -> None:
    """A lead at the busiest facility and at a usual one, and the manager of the busiest one's province."""
    busy, usual = Facility.objects.order_by("pk")[0], Facility.objects.order_by("pk")[5]
    for name, place in (("busy", busy), ("usual", usual)):
        user = UserFactory(username=name, roles=[Role.CLINIC_LEAD])
        FacilityAssignment.objects.create(user=user, facility=place)
    manager = UserFactory(username="manager", roles=[Role.PROVINCIAL_MANAGER])
    AreaAssignment.objects.create(user=manager, unit=busy.unit)
    UserFactory(username="administrator", roles=[Role.ADMINISTRATOR])


def pages(today: date) -> list[Page]:
    busy = Facility.objects.order_by("pk").first()
    lot = Dose.objects.filter(facility=busy, administered_on=today - timedelta(days=50)).first().lot_id
    doses = Dose.objects.filter(facility=busy, lot=lot).order_by("administered_on", "pk")
    middle = doses[doses.count() // 2]
    deep = f"{middle.facility_id}-{middle.administered_on}-{middle.pk}"
    return [
        Page("stock, usual facility", "usual", "/clinic/stock/"),
        Page("stock, busiest facility", "busy", "/clinic/stock/"),
        Page("sheet, usual facility", "usual", "/clinic/stock/sheet/"),
        Page("sheet, busiest facility", "busy", "/clinic/stock/sheet/"),
        Page("closing, busiest facility", "busy", "/clinic/stock/close/"),
        Page("ledger, busiest facility", "busy", "/clinic/stock/entries/"),
        Page("vials, busiest facility", "busy", "/clinic/stock/vials/"),
        Page("area, first page", "manager", "/stock/"),
        Page("area, below zero", "manager", "/stock/?show=negative"),
        Page("area, expiring", "manager", "/stock/?show=expiring"),
        Page("area, days not closed", "manager", "/stock/?show=open"),
        Page("whole country, first page", "administrator", "/stock/"),
        Page("whole country, below zero", "administrator", "/stock/?show=negative"),
        Page("lot, manager", "manager", f"/stock/lots/{lot}/"),
        Page("recipients, manager", "manager", f"/stock/recall/{lot}/"),
        Page("recipients, manager, deep page", "manager", f"/stock/recall/{lot}/?after={deep}"),
        Page("recipients, administrator", "administrator", f"/stock/recall/{lot}/"),
    ]


def main() -> None:
    options = arguments(__doc__, amount="doses", usual=1_000_000)
    with scratch_database("test_benchmark_stock", options):
        today = timezone.localdate()
        if not options.reuse:
            build(options.doses, today)
            people()
        taken = measure(pages(today), {user.username: user for user in User.objects.all()})
        write_plans(options.plans, f"{Dose.objects.count():,} doses", TABLES, taken)


if __name__ == "__main__":
    main()
