"""Two posts, and who passed them in the last days: invented, like the numbers, which are nobody's."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from checkpoints.admission import Verdict
from checkpoints.models import Checkpoint, Passage, RiskLevel
from checkpoints.movements.rollups import bounds, close_day
from residents.demonstration import demonstration_number
from residents.models import Unit
from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User

DAYS, BUSIEST_DAY = 6, 80
# Codes of the provinces that people come from, and how often.
ORIGINS = {"79": 6, "75": 5, "80": 2, "68": 2, "82": 1}
WARDS = 4
OUTCOMES = (
    *[(Passage.Outcome.PASSED, Verdict.PASS, "")] * 15,
    *[(Passage.Outcome.PASSED, Verdict.CHECK, "")] * 3,
    (Passage.Outcome.TURNED_BACK, Verdict.STOP, "Chưa đủ điều kiện qua chốt (minh họa)"),
    (Passage.Outcome.SENT_TO_TEST, Verdict.CHECK, "Có dấu hiệu nghi ngờ (minh họa)"),
)
# Serial numbers of people beyond those who are registered.
FIRST_SERIAL = 1_000


def load_checkpoints(*, province: Unit, neighbour: Unit, today: date) -> list[Checkpoint]:
    """Returns a post of the province and one of its neighbour; both have a risk level in force."""
    begun = today - timedelta(days=10)
    for unit, level in ((province, 2), (neighbour, 3)):
        RiskLevel.objects.create(unit=unit, level=level, in_force_from=begun, source="QĐ 01/QĐ-UBND (minh họa)")
    places = (
        ("cau-dong-nai", "Chốt cầu Đồng Nai (minh họa)", "Dong Nai Bridge (demonstration)", province),
        ("quoc-lo-51", "Chốt Quốc lộ 51 (minh họa)", "National Road 51 (demonstration)", neighbour),
    )
    return [
        Checkpoint.objects.create(code=code, name=name, name_en=name_en, unit=unit)
        for code, name, name_en, unit in places
    ]


def load_movements(posts: list[Checkpoint], *, officer: User, by: Actor, now: datetime) -> None:
    """Makes some hundred passages of the last days up to now, in bulk, and counts the days that are over."""
    passages = Passage.objects.bulk_create(_passages(posts, officer, now))
    people = sorted({passage.resident for passage in passages})
    audit.record_each(by=by, action="passage.recorded", residents=people, changes={"demonstration": True})
    today = timezone.localdate(now)
    for days in range(DAYS - 1, 0, -1):
        close_day(day=today - timedelta(days=days), today=today, by=by)


def _passages(posts: list[Checkpoint], officer: User, now: datetime) -> Iterator[Passage]:
    rng, serial, today = random.Random(3), FIRST_SERIAL, timezone.localdate(now)
    wards = _wards(today)
    levels = dict(RiskLevel.objects.values_list("unit", "level"))
    for days in range(DAYS):
        begin, _end = bounds(today - timedelta(days=days))
        for _person in range(rng.randrange(BUSIEST_DAY // 2, BUSIEST_DAY)):
            # Most in the morning and in the evening.
            decided_at = begin + timedelta(hours=rng.choice((7, 17)), minutes=rng.gauss(0, 90))
            serial += 1
            if decided_at < now:
                yield _passage(rng, serial, rng.choice(posts), officer, wards, levels, decided_at)


def _passage(
    rng: random.Random,
    serial: int,
    post: Checkpoint,
    officer: User,
    wards: dict[str, list[Unit]],
    levels: dict[int, int],
    decided_at: datetime,
) -> Passage:
    """One person of one province on the way to another."""
    start = rng.choices(list(ORIGINS), list(ORIGINS.values()))[0]
    end = rng.choice([code for code in ("79", "75") if code != start])
    origin = rng.choice(wards[start])
    outcome, verdict, reason = rng.choice(OUTCOMES)
    return Passage(
        resident=demonstration_number(rng.choice("FM"), date(rng.randrange(1950, 2003), 1, 1), serial),
        checkpoint=post,
        officer=officer,
        outcome=outcome,
        reason=reason,
        verdict=verdict,
        origin=origin,
        destination=rng.choice(wards[end]),
        origin_level=levels.get(origin.parent_id, 1),
        scanned_at=decided_at - timedelta(seconds=rng.randrange(8, 40)),
        decided_at=decided_at,
        idempotency_key=uuid4(),
    )


def _wards(today: date) -> dict[str, list[Unit]]:
    """A few wards of each province, by its code."""
    wards: dict[str, list[Unit]] = {code: [] for code in ORIGINS}
    found = Unit.objects.in_force(today).filter(parent__code__in=wards).select_related("parent").order_by("code")
    for ward in found:
        if len(wards[ward.parent.code]) < WARDS:
            wards[ward.parent.code].append(ward)
    return wards
