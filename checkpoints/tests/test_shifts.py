"""Shifts with a note for the next officer, the pace of the queue, and quick mode."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from checkpoints.models import Passage, QuickMode, Shift
from checkpoints.shifts import services as shifts
from checkpoints.tests.factories import (
    CheckpointAssignmentFactory,
    CheckpointFactory,
    DeclarationFactory,
    PassageFactory,
    cancelled,
    officer_at,
)
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NUMBER = "079090000001"


@pytest.fixture
def checkpoint():
    return CheckpointFactory()


@pytest.fixture
def officer(client, checkpoint):
    return officer_at(checkpoint, client)


@pytest.fixture
def lead(client, checkpoint, settings):
    settings.QUICK_MODE_PASSAGES_A_MINUTE = 0
    return officer_at(checkpoint, client, Role.CHECKPOINT_LEAD)


def post(client, path, **said):
    response = client.post(path, said)
    assert response.status_code == 200
    return unescape(response.content.decode())


def passed(checkpoint, seconds_ago, took=10, **facts):
    decided_at = timezone.now() - timedelta(seconds=seconds_ago)
    times = {"decided_at": decided_at, "scanned_at": decided_at - timedelta(seconds=took)}
    return PassageFactory(checkpoint=checkpoint, **times, **facts)


def test_it_works(client, officer, checkpoint):
    post(client, "/desk/shift/", act="start")
    assert Shift.objects.get().checkpoint == checkpoint
    assert "Your shift has ended." in post(client, "/desk/shift/", act="end", note="Máy quét số 2 hỏng")
    successor = Client()
    officer_at(checkpoint, successor)
    assert "Máy quét số 2 hỏng" in successor.get("/desk/").content.decode()
    post(successor, "/desk/shift/", act="start")
    assert "Máy quét số 2 hỏng" not in successor.get("/desk/").content.decode()
    elsewhere = Client()
    officer_at(CheckpointFactory(), elsewhere)
    assert "Máy quét" not in elsewhere.get("/desk/").content.decode()
    assert set(AuditEntry.objects.filter(action__startswith="shift").values_list("action", flat=True)) == {
        *("shift.started", "shift.ended"),
    }


def test_shift_shows_what_the_officer_has_done_in_it(client, officer, checkpoint):
    passed(checkpoint, 60, officer=officer)
    post(client, "/desk/shift/", act="start")
    Shift.objects.update(started_at=timezone.now() - timedelta(seconds=45))
    for took in (8, 12, 40):
        passed(checkpoint, 30, took=took, officer=officer)
    passed(checkpoint, 30, took=200)
    page = unescape(client.get("/desk/shift/").content.decode())
    assert "3 passages so far, 12 s from scan to decision (median)" in page


def test_shift_begun_twice_is_one(client, officer):
    for _n in range(2):
        post(client, "/desk/shift/", act="start")
    assert Shift.objects.count() == 1
    for _n in range(2):
        post(client, "/desk/shift/", act="end", note="")
    assert AuditEntry.objects.filter(action="shift.ended").count() == 1


def test_shift_open_elsewhere_is_ended_first(client, officer):
    post(client, "/desk/shift/", act="start")
    other = CheckpointAssignmentFactory(user=officer).checkpoint
    client.post("/desk/checkpoint/", {"checkpoint": other.pk})
    assert "is still open. End it first." in post(client, "/desk/shift/", act="start")


def test_meter_counts_the_last_15_minutes_without_what_was_undone(checkpoint):
    for took in (4, 10, 90):
        passed(checkpoint, 60, took)
    passed(checkpoint, 16 * 60, 500)
    passed(checkpoint, 30, 0, is_quick=True)
    undone = passed(checkpoint, 40, 700)
    cancelled(undone)
    passed(CheckpointFactory(), 60, 500)
    meter = shifts.read_meter(checkpoint, timezone.now())
    assert meter.passages_a_minute == pytest.approx(4 / 15)
    assert meter.median_seconds == pytest.approx(10, abs=0.1)


def test_meter_of_an_empty_post_knows_no_median(client, officer, checkpoint):
    assert shifts.read_meter(checkpoint, timezone.now()) == shifts.Meter(0, None)
    assert "<dd>0.0</dd>" in client.get("/desk/").content.decode()


def test_quick_mode_records_a_scan_at_once_and_is_shown_loudly(client, lead, checkpoint):
    post(client, "/desk/quick/", act="start", reason="Kẹt xe 2 km")
    mode = QuickMode.objects.get()
    assert (mode.checkpoint, mode.started_by, mode.reason, mode.ended_at) == (checkpoint, lead, "Kẹt xe 2 km", None)
    page = post(client, "/desk/", scan=NUMBER)
    assert "QUICK MODE" in page
    assert "Kẹt xe 2 km" in page
    passage = Passage.objects.get()
    assert (passage.outcome, passage.is_quick, passage.verdict) == ("passed", True, "CHECK")
    assert re.search(r'id="id_scan"[^>]* value=""[^>]* autofocus', page)


def test_quick_mode_ends_by_the_lead_and_keeps_who(client, lead):
    post(client, "/desk/quick/", act="start", reason="Kẹt xe")
    assert "QUICK MODE" not in post(client, "/desk/quick/", act="end")
    mode = QuickMode.objects.get()
    assert (mode.ended_by, bool(mode.ended_at)) == (lead, True)
    post(client, "/desk/", scan=NUMBER)
    assert not Passage.objects.exists()


def test_quick_mode_lets_a_stop_pass_and_lists_it_for_follow_up(client, lead):
    ResidentFactory(citizen_id=NUMBER, full_name="Nguyễn Văn An")
    DeclarationFactory(resident=NUMBER, had_contact=True)
    post(client, "/desk/quick/", act="start", reason="Kẹt xe")
    assert "listed for follow-up" in post(client, "/desk/", scan=NUMBER)
    assert Passage.objects.get().verdict == "STOP"
    page = client.get("/desk/shift/").content.decode()
    assert "Nguyễn Văn An" in page
    assert "079 0 90 000001" in page
    assert AuditEntry.objects.filter(action="quick-mode.follow-up").get().changes == {"shown": [NUMBER]}


def test_quick_scan_sent_twice_is_one_passage(client, lead, settings):
    settings.DOUBLE_SCAN_SECONDS = 0
    post(client, "/desk/quick/", act="start", reason="Kẹt xe")
    key = str(uuid4())
    for _n in range(2):
        post(client, "/desk/", scan=NUMBER, key=key)
    assert Passage.objects.count() == 1
    assert re.search(r'name="key" value="[0-9a-f-]{36}"', client.get("/desk/").content.decode())


def test_quick_mode_needs_a_reason_and_a_queue(client, lead, settings):
    assert "Give a reason: it is kept." in post(client, "/desk/quick/", act="start", reason=" ")
    settings.QUICK_MODE_PASSAGES_A_MINUTE = 6
    assert "below the limit" in post(client, "/desk/quick/", act="start", reason="Kẹt xe")
    assert not QuickMode.objects.exists()


def test_officer_can_neither_begin_nor_end_quick_mode(client, officer, checkpoint):
    assert client.post("/desk/quick/", {"act": "end"}).status_code == 403
    with pytest.raises(PermissionDenied):
        shifts.end_quick_mode(checkpoint=checkpoint, at=timezone.now(), by=actor(officer))
    with pytest.raises(PermissionDenied):
        shifts.start_quick_mode(checkpoint=checkpoint, reason="x", at=timezone.now(), by=actor(officer))
    page = client.get("/desk/shift/").content.decode()
    assert "Quick mode" not in page


def test_one_quick_mode_at_a_time(checkpoint, lead):
    row = {"checkpoint": checkpoint, "started_at": timezone.now(), "started_by": lead, "reason": "x"}
    QuickMode.objects.create(**row)
    with pytest.raises(IntegrityError, match="quickmode_one_open"):
        QuickMode.objects.create(**row)
