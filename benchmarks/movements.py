"""How long the pages of movement management take in the server, and by which plans.

    python benchmarks/movements.py --passages 1000000
    python benchmarks/movements.py --passages 10000000 --plans docs/query-plans.md

Makes a database of its own (test_benchmark_movements, dropped afterwards) and fills it in SQL: 200 checkpoints in 34
provinces, 100 days up to today, journeys between the wards of neighbouring provinces (few ward pairs make most of the
traffic, as commuters do), one passage in five with a plate, one in 500 cancelled. The last 40 days are closed by
close_day itself (no page reads more than 31). Then each page is asked for several times by Django's test client,
signed in as the role that uses it, through middleware, queries and template; with --plans the statements and their
plans (EXPLAIN ANALYZE, BUFFERS) are written down.
"""
# ruff: noqa: E402, T201

import os
import sys
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

import django

django.setup()

from django.db import connection
from django.utils import timezone

from benchmarks.pages import Page, arguments, measure, scratch_database, write_plans
from checkpoints.models import (
    Checkpoint,
    CheckpointAssignment,
    CheckpointHour,
    MovementCount,
    Passage,
    ProvinceMovement,
)
from checkpoints.movements.rollups import close_day
from residents.models import AreaAssignment, Unit
from residents.unit_loading import load_units
from residents.units import read_units
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory

CHECKPOINTS, DAYS, CLOSED_DAYS, BATCH = 200, 100, 40, 1_000_000
LIMIT_MS = 300
TABLES = [model._meta.db_table for model in (Passage, MovementCount, ProvinceMovement, CheckpointHour)]
BY = Actor.command("benchmark")
# The busiest fifth of the checkpoints sees half of the traffic; of 40 wards at each end the nearer ones most.
FILL = """
INSERT INTO checkpoints_passage (
    resident, checkpoint_id, officer_id, outcome, reason, verdict, verdict_reasons, origin_id, destination_id,
    origin_level, plate, is_quick, scanned_at, decided_at, idempotency_key
)
SELECT lpad(((n * 7919) %% 90000000 + 1000000000)::text, 12, '0'), post.id, %(officer)s,
       CASE WHEN r1 < 0.93 THEN 'passed' WHEN r1 < 0.97 THEN 'turned-back' WHEN r1 < 0.99 THEN 'testing' ELSE 'quarantine' END,
       CASE WHEN r1 < 0.93 THEN '' ELSE 'benchmark' END, 'PASS', '{}',
       post.origins[1 + floor(r2 * r2 * r2 * 40)::int], post.destinations[1 + floor(r3 * r3 * r3 * 40)::int],
       1 + (n %% 4), CASE WHEN r4 < 0.2 THEN '51F' || lpad((floor(r4 * 500000))::text, 5, '0') ELSE '' END, false,
       at - interval '20 seconds' * r2, at, gen_random_uuid()
FROM (
    SELECT n, r1, r2, r3, r4,
           %(begin)s::timestamptz + (n - %(first)s) * (interval '1 day' * %(days)s / %(rows)s) AS at,
           1 + floor(r5 * r5 * %(posts)s)::int AS place
    FROM (
        SELECT n, random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5
        FROM generate_series(%(first)s::bigint, (%(last)s)::bigint) AS n
    ) AS drawn
) AS made
JOIN benchmark_post AS post ON post.place = made.place
"""
POSTS = """
CREATE TABLE benchmark_post AS
SELECT row_number() OVER (ORDER BY id)::int AS place, id,
       (SELECT array_agg(id ORDER BY code) FROM (
           SELECT id, code FROM residents_unit WHERE parent_id = post.unit_id ORDER BY code LIMIT 40) AS own) AS destinations,
       (SELECT array_agg(id ORDER BY code) FROM (
           SELECT id, code FROM residents_unit WHERE parent_id = (
               SELECT coalesce(min(id) FILTER (WHERE id > post.unit_id), min(id)) FROM residents_unit
               WHERE level = 'province' AND in_force_until IS NULL
           ) ORDER BY code LIMIT 40) AS near) AS origins
FROM checkpoints_checkpoint AS post
"""
CANCEL = """
INSERT INTO checkpoints_passage (
    resident, checkpoint_id, officer_id, outcome, reason, verdict, verdict_reasons, origin_level, plate, is_quick, cancels_id,
    scanned_at, decided_at, idempotency_key
)
SELECT resident, checkpoint_id, officer_id, 'cancelled', 'benchmark', verdict, '{}', NULL, '', false, id,
       decided_at + interval '1 minute', decided_at + interval '1 minute', gen_random_uuid()
FROM checkpoints_passage WHERE id %% 500 = 0
"""


def build(rows: int, today: date) -> None:
    """Units, checkpoints, passages in batches, and the counts of the closed days."""
    load_units(by=BY, rows=read_units())
    provinces = list(Unit.objects.provinces().in_force(today).order_by("pk"))
    for number in range(CHECKPOINTS):
        Checkpoint.objects.create(code=f"post-{number}", name=f"Chốt {number}", unit=provinces[number % len(provinces)])
    officer = UserFactory(username="benchmark-officer")
    begin = timezone.now() - timedelta(days=DAYS)
    with connection.cursor() as cursor:
        cursor.execute(POSTS)
        for first in range(0, rows, BATCH):
            size = min(BATCH, rows - first)
            # Each batch a slice of time, in the order in which a real table grows.
            slice_days = DAYS * size / rows
            cursor.execute(
                FILL,
                {
                    "officer": officer.pk,
                    "begin": begin + timedelta(days=DAYS * first / rows),
                    "days": slice_days,
                    "rows": size,
                    "first": first,
                    "last": first + size - 1,
                    "posts": CHECKPOINTS,
                },
            )
            print(f"{first + size:,} passages", flush=True)
        cursor.execute(CANCEL, [])
        cursor.execute("VACUUM ANALYZE")
    seconds = []
    for number in range(CLOSED_DAYS, 0, -1):
        started = perf_counter()
        close_day(day=today - timedelta(days=number), today=today, by=BY)
        seconds.append(perf_counter() - started)
    print(f"close_day: {median(seconds):.1f} s a day (median of {CLOSED_DAYS})", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def people(today: date) -> dict[str, User]:
    """One user of each role concerned; the lead at the busiest checkpoint, manager and tracer in its province."""
    post = Checkpoint.objects.order_by("pk").first()
    found = {role: UserFactory(username=f"role-{role}", roles=[role]) for role in Role.values}
    CheckpointAssignment.objects.create(user=found[Role.CHECKPOINT_LEAD], checkpoint=post)
    for role in (Role.PROVINCIAL_MANAGER, Role.TRACER):
        AreaAssignment.objects.create(user=found[role], unit=post.unit)
    return found


def pages(today: date) -> list[Page]:
    post = Checkpoint.objects.order_by("pk").first()
    busy = Passage.objects.filter(checkpoint=post).exclude(plate="").order_by("-decided_at").first()
    week, month = (f"since={today - timedelta(days=days)}&until={{}}" for days in (7, 30))
    yesterday = today - timedelta(days=1)
    middle = Passage.objects.filter(checkpoint=post).order_by("-decided_at")[1_000:1_001].first() or busy
    on = timezone.localdate(middle.decided_at)
    key = f"{int(middle.decided_at.timestamp() * 1_000_000)}-{middle.pk}"
    case = {"case_number": "C-1", "reason": "benchmark"}
    hours = {"begin": f"{yesterday}T08:00", "end": f"{yesterday}T10:00"}
    return [
        Page("matrix, lead, today live", Role.CHECKPOINT_LEAD, "/movements/"),
        Page("matrix, manager, today live", Role.PROVINCIAL_MANAGER, "/movements/"),
        Page("matrix, manager, 31 days", Role.PROVINCIAL_MANAGER, f"/movements/?{month.format(today)}"),
        Page(
            "wards, manager, 31 days",
            Role.PROVINCIAL_MANAGER,
            f"/movements/wards/?{month.format(today)}&province={post.unit_id}",
        ),
        Page("matrix, auditor, yesterday", Role.AUDITOR, "/movements/"),
        Page("matrix, auditor, 7 days", Role.AUDITOR, f"/movements/?{week.format(yesterday)}"),
        Page("matrix, auditor, 31 days", Role.AUDITOR, f"/movements/?{month.format(today)}"),
        Page("CSV, manager, 7 days", Role.PROVINCIAL_MANAGER, f"/movements/counts.csv?{week.format(yesterday)}"),
        Page("hours, lead, today live", Role.CHECKPOINT_LEAD, "/movements/day/"),
        Page("hours, lead, yesterday", Role.CHECKPOINT_LEAD, f"/movements/day/?day={yesterday}"),
        Page("passages, lead, first page", Role.CHECKPOINT_LEAD, f"/movements/passages/?day={on}"),
        Page("passages, lead, deep page", Role.CHECKPOINT_LEAD, f"/movements/passages/?day={on}&after={key}"),
        Page("passages, lead, page before", Role.CHECKPOINT_LEAD, f"/movements/passages/?day={on}&before={key}"),
        Page(
            "passages, lead, rare outcome",
            Role.CHECKPOINT_LEAD,
            f"/movements/passages/?day={on}&outcome=quarantine",
        ),
        Page("tracing, 2 hours, 500 shown", Role.TRACER, "/tracing/", case | hours | {"checkpoint": post.pk}),
        Page(
            "tracing, plate, 31 days",
            Role.TRACER,
            "/tracing/",
            case | {"begin": f"{today - timedelta(days=30)}T00:00", "end": f"{today}T00:00", "plate": busy.plate},
        ),
    ]


def main() -> None:
    options = arguments(__doc__, amount="passages", usual=1_000_000)
    with scratch_database("test_benchmark_movements", options):
        today = timezone.localdate()
        if not options.reuse:
            build(options.passages, today)
            people(today)
        taken = measure(pages(today), {user.username.removeprefix("role-"): user for user in User.objects.all()})
        write_plans(options.plans, f"{Passage.objects.count():,} passages", TABLES, taken)
        print(f"every page below {LIMIT_MS} ms: {all(one.middle < LIMIT_MS for one in taken)}")


if __name__ == "__main__":
    main()
