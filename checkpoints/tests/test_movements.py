"""/movements/: the matrix, the wards, inside the area only, and the CSV that leaves it."""

import csv
import io
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.utils import timezone

from checkpoints.models import ProvinceMovement
from checkpoints.tests.factories import CheckpointFactory, PassageFactory, cancelled, officer_at
from residents.tests.factories import AreaAssignmentFactory, UnitFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


class Cells(HTMLParser):
    """The rows of all tables as lists of texts."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.is_open = [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.is_open = True

    def handle_endtag(self, tag):
        self.is_open = self.is_open and tag not in ("td", "th")

    def handle_data(self, data):
        if self.is_open:
            self.rows[-1][-1] += data.strip()


def rows_of(response):
    assert response.status_code == 200
    return Cells(response.content.decode()).rows


@pytest.fixture
def provinces():
    return UnitFactory(name_en="Dong Nai"), UnitFactory(name_en="Lam Dong")


@pytest.fixture
def post(provinces):
    return CheckpointFactory(unit=UnitFactory(parent=provinces[0]))


@pytest.fixture
def yesterday():
    return timezone.now() - timedelta(days=1)


def travel(post, origin, destination, people, **facts):
    for _n in range(people):
        PassageFactory(checkpoint=post, origin=origin, destination=destination, **facts)


def signed_in(client, role, area=None):
    user = UserFactory(roles=[role])
    if area:
        AreaAssignmentFactory(user=user, unit=area)
    sign_in(client, user)
    return user


def test_lead_sees_the_matrix_of_today_live(client, post, provinces):
    here, there = provinces
    travel(post, here, there, 3)
    travel(post, UnitFactory(parent=there), here, 2, outcome="turned-back")
    travel(post, None, None, 1)
    cancelled(PassageFactory(checkpoint=post, origin=here, destination=there))
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    rows = rows_of(client.get("/movements/"))
    assert ["Dong Nai", "3", "3", "0", "0"] in rows
    assert ["Lam Dong", "2", "0", "2", "0"] in rows
    assert ["Not declared", "1", "0", "0", "1"] in rows
    assert ["Total", "6", "3", "2", "1"] in rows


def test_finished_day_comes_from_its_counts_and_today_is_added(client, post, provinces, yesterday):
    travel(post, *provinces, 2, decided_at=yesterday)
    call_command("close_day", verbosity=0)
    ProvinceMovement.objects.update(people=40)
    travel(post, *provinces, 1)
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    since, until = timezone.localdate() - timedelta(days=1), timezone.localdate()
    response = client.get(f"/movements/?since={since}&until={until}")
    assert ["Dong Nai", "41", "41"] in rows_of(response)
    assert "<svg" in response.content.decode()
    assert "One day is not closed yet" in response.content.decode()


def test_day_never_counted_is_named_and_not_shown_as_zero(client, post, provinces):
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    day = timezone.localdate() - timedelta(days=5)
    page = client.get(f"/movements/?since={day}&until={day}").content.decode()
    assert "Not counted yet" in page
    assert f"{day:%d/%m}" in page


def test_nobody_sees_a_checkpoint_outside_the_area(client, post, provinces):
    foreign = CheckpointFactory()
    travel(foreign, *provinces, 7)
    for role, area in ((Role.CHECKPOINT_LEAD, None), (Role.PROVINCIAL_MANAGER, provinces[0])):
        user = signed_in(client, role, area)
        assert "<table" not in client.get("/movements/").content.decode(), role
        page = client.get(f"/movements/?checkpoint={foreign.pk}").content.decode()
        assert "<table" not in page
        assert foreign.name_en not in page
        assert foreign.name_en not in client.get(f"/movements/day/?checkpoint={foreign.pk}").content.decode()
        assert foreign.name_en not in client.get(f"/movements/passages/?checkpoint={foreign.pk}").content.decode()
        user.delete()


def test_manager_sees_the_checkpoints_in_the_wards_of_the_area(client, post, provinces):
    travel(post, *provinces, 1)
    signed_in(client, Role.PROVINCIAL_MANAGER, provinces[0])
    assert ["Dong Nai", "1", "1"] in rows_of(client.get("/movements/"))


def test_wards_show_arrivals_and_departures_by_level_and_outcome(client, post, provinces):
    here, there = provinces
    ward = UnitFactory(parent=here, name_en="Ben Nghe")
    travel(post, there, ward, 2, origin_level=4)
    travel(post, there, here, 1, outcome="testing", origin_level=1)
    travel(post, ward, there, 1)
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    rows = rows_of(client.get(f"/movements/wards/?province={here.pk}"))
    # Ward, total, levels 1 to 4 and unknown, outcomes.
    arrivals, departures = [row for row in rows if row[0] == "Ben Nghe"]
    assert arrivals == ["Ben Nghe", "2", "0", "0", "0", "2", "0", "2", "0", "0", "0"]
    assert departures == ["Ben Nghe", "1", "0", "0", "0", "0", "1", "1", "0", "0", "0"]
    assert ["Ward not known", "1", "1", "0", "0", "0", "0", "0", "0", "1", "0"] in rows


def test_filter_by_outcome(client, post, provinces):
    travel(post, *provinces, 2)
    travel(post, *provinces, 1, outcome="quarantine")
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    assert ["Dong Nai", "1", "1"] in rows_of(client.get("/movements/?outcome=quarantine"))


def csv_of(response):
    assert response.status_code == 200
    text = response.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_holds_no_small_number_and_no_total(client, post, provinces, yesterday):
    here, there = provinces
    travel(post, here, there, 5, decided_at=yesterday)
    travel(post, there, here, 4, decided_at=yesterday)
    travel(post, here, there, 9)
    call_command("close_day", verbosity=0)
    lead = officer_at(post, client, Role.CHECKPOINT_LEAD)
    since, until = timezone.localdate() - timedelta(days=1), timezone.localdate()
    response = client.get(f"/movements/counts.csv?since={since}&until={until}")
    assert response["Content-Type"].startswith("text/csv")
    assert csv_of(response) == [
        ["Day", "Checkpoint", "From", "To", "Outcome", "People"],
        [str(since), post.name_en, "Dong Nai", "Lam Dong", "let pass", "5"],
        [str(since), post.name_en, "Lam Dong", "Dong Nai", "let pass", "<5"],
    ]
    assert AuditEntry.objects.get(action="movements.exported").user == lead


def test_viewer_outside_the_area_sees_neither_small_numbers_nor_today_nor_wards(client, post, provinces, yesterday):
    here, there = provinces
    travel(post, here, there, 6, decided_at=yesterday)
    travel(post, here, there, 2, decided_at=yesterday, outcome="testing")
    travel(post, there, here, 3, decided_at=yesterday)
    travel(post, here, there, 9)
    call_command("close_day", verbosity=0)
    signed_in(client, Role.AUDITOR)
    since, until = timezone.localdate() - timedelta(days=1), timezone.localdate()
    response = client.get(f"/movements/?since={since}&until={until}")
    rows = rows_of(response)
    assert ["Dong Nai", "≥ 6", "≥ 6", "0"] in rows
    assert ["Lam Dong", "•", "0", "•"] in rows
    assert ["Total", "≥ 6", "≥ 6", "•"] in rows
    assert "/movements/wards/" not in response.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2021-01-01&until=2021-12-31",
        "since=2021-02-02&until=2021-02-01",
        "until=1999-01-01",
        "checkpoint=0",
    ],
)
def test_odd_filters_are_named_and_show_nothing(client, post, query):
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    page = client.get(f"/movements/?{query}").content.decode()
    assert "error-summary" in page
    assert client.get(f"/movements/counts.csv?{query}").status_code == 400


def test_page_takes_the_same_queries_for_one_journey_and_for_many(client, post, provinces, django_assert_num_queries):
    officer_at(post, client, Role.CHECKPOINT_LEAD)
    # The first request of a session keeps its time.
    client.get("/movements/")
    for more in (1, 5):
        for _n in range(more):
            travel(post, UnitFactory(), UnitFactory(), 1)
        with django_assert_num_queries(10):
            assert len(rows_of(client.get("/movements/"))) > more
