"""Risk levels on a page: read by who reads the rules, brought in from a file by administrators, after a look at it."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from checkpoints.models import RiskLevel
from checkpoints.tests.factories import CheckpointFactory, RiskLevelFactory, officer_at
from residents.tests.factories import UnitFactory
from vaxreg.models import AuditEntry
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.no_entry_rules]
HEADINGS = "code,level,in_force_from,in_force_until,source\n"


@pytest.fixture
def province():
    return UnitFactory(code="79", name_en="Ho Chi Minh City")


@pytest.fixture
def administrator(client):
    return sign_in(client, UserFactory(roles=[Role.ADMINISTRATOR]))


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def send(client, content):
    if isinstance(content, str):
        content = content.encode()
    return client.post("/rules/levels/import/", {"file": SimpleUploadedFile("levels.csv", content)})


def bring_in(client, response):
    sealed = re.search(r'name="levels" value="([^"]+)"', response.content.decode())[1]
    return client.post("/rules/levels/import/", {"levels": sealed}, follow=True)


def test_it_works(client, administrator, province):
    RiskLevelFactory(unit=province, level=2, in_force_from=date(2026, 1, 1))
    tried = send(client, f"\ufeff{HEADINGS}79,3,01/11/2026,,QĐ 218\n")
    assert "New levels: 1. Levels that end: 1. As they are already: 0." in words(tried)
    assert "79 Ho Chi Minh City 3 01/11/2026" in words(tried)
    assert (RiskLevel.objects.count(), AuditEntry.objects.filter(action="risklevels.imported").exists()) == (1, False)
    assert "1 added, 1 ended, 0 unchanged" in words(bring_in(client, tried))
    assert "0 added, 0 ended, 1 unchanged" in words(bring_in(client, tried))
    assert AuditEntry.objects.get(action="risklevels.imported").user.has_role({Role.ADMINISTRATOR})
    assert list(RiskLevel.objects.order_by("level").values_list("level", "in_force_until")) == [
        (2, date(2026, 10, 31)),
        (3, None),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (HEADINGS + "79,9,01/11/2026,,\n", "row 2: the level is 1, 2, 3 or 4"),
        (HEADINGS + "99999,3,01/11/2026,,\n", "row 2: no unit has the code 99999"),
        ("unit;level\n", "row 1: the headings are not"),
        ((HEADINGS + "79,3,01/11/2026,,Quyết định\n").encode("utf-16"), "The file is not in UTF-8"),
        ("", "The file is empty"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_beside_it(client, administrator, province, content, problem):
    assert problem in words(send(client, content))
    assert not RiskLevel.objects.exists()


def test_semicolons_of_a_spreadsheet_are_read(client, administrator, province):
    bring_in(client, send(client, (HEADINGS + "79,3,01/11/2026,,QĐ 218\n").replace(",", ";")))
    assert RiskLevel.objects.get().level == 3


def test_file_looked_at_long_ago_is_asked_for_again(client, administrator, province):
    page = client.post("/rules/levels/import/", {"levels": "gAAAAA"}, follow=True)
    assert "Choose the file again." in words(page)


def test_lead_reads_the_levels_of_today_and_the_coming_ones(client, province, django_assert_max_num_queries):
    officer_at(CheckpointFactory(unit=province), client, Role.CHECKPOINT_LEAD)
    today = timezone.localdate()
    RiskLevelFactory(unit=province, level=2, in_force_from=today, in_force_until=today)
    RiskLevelFactory(unit=province, level=4, in_force_from=today + timedelta(days=1))
    ward = UnitFactory(parent=province, name_en="Ben Thanh")
    RiskLevelFactory(unit=ward, level=3, in_force_from=today, source="QĐ 5")
    client.get("/rules/levels/")
    # Session, user and roles; provinces, their levels, counts of wards; the wards of the one that is chosen.
    with django_assert_max_num_queries(3 + 4):
        page = words(client.get("/rules/levels/", {"province": province.pk}))
    assert f"79 Ho Chi Minh City 2 {today:%d/%m/%Y} 4 from {today + timedelta(days=1):%d/%m/%Y} 1 " in page
    assert "Ben Thanh 3" in page
    assert "Bring levels in" not in page
    assert send(client, HEADINGS).status_code == 403
