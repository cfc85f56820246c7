"""The list of a checkpoint's passages: paged by key, masked, logged; and the hours of a day."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from checkpoints.models import CheckpointHour, Passage
from checkpoints.tests.factories import CheckpointFactory, PassageFactory, cancelled, officer_at
from residents.tests.factories import ResidentFactory
from vaxreg.keyset import key_text, read_key
from vaxreg.models import AuditEntry
from vaxreg.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
DAY = "2021-10-05"
NOON = datetime(2021, 10, 5, 5, tzinfo=UTC)


@pytest.fixture
def post():
    return CheckpointFactory()


@pytest.fixture
def lead(client, post):
    return officer_at(post, client, Role.CHECKPOINT_LEAD)


def seen(client, address):
    """(last digits in the order of the page, address of newer, address of older)."""
    page = client.get(address).content.decode()
    numbers = [int(digits) for digits in re.findall(r"···(\d{3})", page)]
    links = {rel: link.replace("&amp;", "&") for rel, link in re.findall(r'rel="(prev|next)" href="([^"]+)"', page)}
    base = "/movements/passages/"
    return numbers, base + links.get("prev", ""), base + links.get("next", "")


def test_pages_follow_each_other_without_gap_or_double_even_in_one_moment(client, lead, post):
    # Three share each moment; the second page begins in the middle of such a moment.
    for n in range(120):
        number = {"resident": f"079090000{n:03d}", "checkpoint": post}
        PassageFactory(**number, decided_at=NOON + timedelta(seconds=n // 3))
    newest_first = list(range(119, -1, -1))
    first, _none, older = seen(client, f"/movements/passages/?day={DAY}")
    assert first == newest_first[:50]
    second, back, older = seen(client, older)
    assert second == newest_first[50:100]
    third, _newer, end = seen(client, older)
    assert third == newest_first[100:]
    assert end == "/movements/passages/"
    assert seen(client, back)[0] == first


def test_new_passages_do_not_move_the_page(client, lead, post):
    for n in range(60):
        PassageFactory(resident=f"079090000{n:03d}", checkpoint=post, decided_at=NOON + timedelta(seconds=n))
    _first, _newer, older = seen(client, f"/movements/passages/?day={DAY}")
    PassageFactory(resident="079090000999", checkpoint=post, decided_at=NOON + timedelta(hours=1))
    assert seen(client, older)[0] == list(range(9, -1, -1))


def test_people_are_masked_and_looking_is_logged(client, lead, post):
    ResidentFactory(citizen_id="079090000001", full_name="Nguyễn Văn Ước")
    PassageFactory(resident="079090000001", checkpoint=post, decided_at=NOON)
    page = client.get(f"/movements/passages/?day={DAY}").content.decode()
    assert "Ước ···001" in page
    assert "Nguyễn" not in page
    assert "079090000001" not in page
    entry = AuditEntry.objects.get(action="passages.listed")
    assert (entry.user, entry.object_id, entry.changes["count"]) == (lead, str(post.pk), 1)


def test_filter_of_outcome_and_mark_of_what_was_cancelled(client, lead, post):
    cancelled(PassageFactory(resident="079090000001", checkpoint=post, decided_at=NOON))
    PassageFactory(resident="079090000002", checkpoint=post, decided_at=NOON, outcome="testing")
    page = client.get(f"/movements/passages/?day={DAY}").content.decode()
    assert re.findall(r"···(\d{3})", page) == ["001", "002", "001"]
    assert page.count("cancelled afterwards") == 1
    assert seen(client, f"/movements/passages/?day={DAY}&outcome=testing")[0] == [2]


def test_list_takes_the_same_queries_for_one_and_for_fifty(client, lead, post, django_assert_num_queries):
    counts = []
    # The first request of a session keeps its time.
    client.get("/movements/passages/")
    for more in (1, 30):
        for _n in range(more):
            PassageFactory(checkpoint=post, decided_at=NOON)
        with django_assert_num_queries(10):
            counts.append(len(seen(client, f"/movements/passages/?day={DAY}")[0]))
    assert counts == [1, 31]


@pytest.mark.parametrize("text", ["", "x", "1", "-1", "1-", "1-2-3", "9" * 18 + "-1", "1-" + "9" * 19, "\0", "١-٢"])
def test_place_that_is_none_is_none(text):
    assert read_key(text) is None


def test_place_is_read_as_written():
    at = datetime(2021, 10, 5, 5, 6, 7, 890123, tzinfo=UTC)
    assert read_key(key_text(at, 12345)) == (at, 12345)
    assert read_key("9" * 16 + "-1")


def test_hours_come_live_and_then_from_the_finished_day(client, lead, post):
    address = f"/movements/day/?day={DAY}&checkpoint={post.pk}"
    for n in (10, 20, 60):
        PassageFactory(checkpoint=post, decided_at=NOON, scanned_at=NOON - timedelta(seconds=n))
    live = client.get(address).content.decode()
    call_command("close_day", "--day", DAY, verbosity=0)
    closed = client.get(address).content.decode()
    for page in (live, closed):
        assert re.search(r"12:00 – busiest</th><td><strong>3</strong></td><td>20</td><td>3</td><td>0</td>", page)
        assert page.count("bars-bar") == 24
    assert "not closed yet" in live
    assert "not closed yet" not in closed
    CheckpointHour.objects.update(passages=4)
    assert "<strong>4</strong>" in client.get(address).content.decode()


def test_first_page_is_today_at_the_first_checkpoint(client, lead, post):
    PassageFactory(resident="079090000007", checkpoint=post)
    assert seen(client, "/movements/passages/")[0] == [7]
    assert f"{timezone.localdate():%d/%m/%Y}" in client.get("/movements/day/").content.decode()
    assert Passage.objects.count() == 1
