"""Closing a day: counted once, again with late rows, and by two at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone, translation

from checkpoints.models import CheckpointHour, ClosedDay, MovementCount, ProvinceMovement
from checkpoints.movements.rollups import DayNotOverError, bounds, close_day
from checkpoints.tests.factories import CheckpointFactory, PassageFactory, cancelled
from residents.tests.factories import UnitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
BY = Actor.command("test")
DAY = date(2021, 10, 5)
# 07:30 in Vietnam.
MORNING = datetime(2021, 10, 5, 0, 30, tzinfo=UTC)


def close(day=DAY):
    return close_day(day=day, today=day + timedelta(days=1), by=BY)


def seconds(n):
    return {"decided_at": MORNING, "scanned_at": MORNING - timedelta(seconds=n)}


def test_it_works():
    post, origin, destination = CheckpointFactory(), UnitFactory(), UnitFactory()
    journey = {"checkpoint": post, "origin": origin, "destination": destination, "origin_level": 3}
    for n in (10, 20, 60):
        PassageFactory(**journey, **seconds(n))
    PassageFactory(checkpoint=post, outcome="turned-back", **seconds(100))
    assert close() == 4
    hours = {
        row.outcome: (row.passages, row.median_seconds)
        for row in CheckpointHour.objects.filter(hour=MORNING.replace(minute=0))
    }
    assert hours == {"passed": (3, 20), "turned-back": (1, 100), "": (4, 40)}
    counts = MovementCount.objects.order_by("-people").values_list(
        "day", "checkpoint", "origin", "destination", "outcome", "origin_level", "people"
    )
    assert list(counts) == [
        (DAY, post.pk, origin.pk, destination.pk, "passed", 3, 3),
        (DAY, post.pk, None, None, "turned-back", None, 1),
    ]
    assert AuditEntry.objects.get(action="day.closed").changes == {"passages": 4}


def test_wards_are_added_up_by_province():
    here, there, post = UnitFactory(), UnitFactory(), CheckpointFactory()
    for origin in (here, UnitFactory(parent=here), UnitFactory(parent=here)):
        ends = {"origin": origin, "destination": UnitFactory(parent=there)}
        PassageFactory(checkpoint=post, **ends, decided_at=MORNING, origin_level=origin.pk % 4)
    PassageFactory(checkpoint=post, decided_at=MORNING)
    close()
    close()
    rows = ProvinceMovement.objects.order_by("-people").values_list("checkpoint", "origin", "destination", "people")
    assert list(rows) == [(post.pk, here.pk, there.pk, 3), (post.pk, None, None, 1)]


def test_cancelled_passage_and_its_cancellation_do_not_count():
    PassageFactory(decided_at=MORNING)
    cancelled(PassageFactory(decided_at=MORNING))
    assert close() == 1
    assert sum(MovementCount.objects.values_list("people", flat=True)) == 1


def test_local_midnight_parts_the_days():
    begin, end = bounds(DAY)
    assert begin == datetime(2021, 10, 4, 17, tzinfo=UTC)
    for at in (begin - timedelta(microseconds=1), begin, end - timedelta(microseconds=1), end):
        PassageFactory(decided_at=at)
    assert close() == 2


def test_closing_again_takes_late_rows_in_and_doubles_nothing():
    first = PassageFactory(decided_at=MORNING)
    assert close() == 1
    PassageFactory(decided_at=MORNING, checkpoint=first.checkpoint)
    assert close() == 2
    assert close() == 2
    assert MovementCount.objects.get().people == 2
    assert ClosedDay.objects.count() == 1
    cancelled(first)
    assert close() == 1


def test_quick_mode_has_no_time_of_decision():
    PassageFactory(decided_at=MORNING, is_quick=True)
    close()
    assert {row.median_seconds for row in CheckpointHour.objects.all()} == {None}


def test_day_without_passages_is_closed_too():
    assert close() == 0
    assert ClosedDay.objects.filter(day=DAY).exists()


def test_day_that_is_not_over_is_refused():
    with pytest.raises(DayNotOverError):
        close_day(day=DAY, today=DAY, by=BY)
    with translation.override("en"), pytest.raises(CommandError, match="Only a day that is over"):
        call_command("close_day", day=timezone.localdate())
    with pytest.raises(CommandError):
        call_command("close_day", since=timezone.localdate())


def test_command_closes_yesterday_and_the_day_before(capsys):
    yesterday = timezone.localdate() - timedelta(days=1)
    PassageFactory(decided_at=bounds(yesterday)[0])
    call_command("close_day")
    assert capsys.readouterr().out.splitlines() == [
        f"{yesterday - timedelta(days=1)}: 0 passages",
        f"{yesterday}: 1 passages",
    ]


def test_command_closes_each_day_since():
    call_command("close_day", "--since", str(timezone.localdate() - timedelta(days=4)), verbosity=0)
    assert ClosedDay.objects.count() == 4
    call_command("close_day", "--day", "2021-10-05")
    assert ClosedDay.objects.filter(day=DAY).exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_count_once():
    for _n in range(3):
        PassageFactory(decided_at=MORNING)

    def run(_n):
        try:
            return close()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(8))) == [3] * 8
    assert sum(MovementCount.objects.values_list("people", flat=True)) == 3
    assert sum(CheckpointHour.objects.filter(outcome="").values_list("passages", flat=True)) == 3
