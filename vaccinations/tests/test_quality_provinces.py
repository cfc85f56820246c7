"""The league table: what counts as matched and waiting, who sees which provinces, and what is too small to be shown."""

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.tests.factories import UnitFactory
from vaccinations.models import QualityCase
from vaccinations.quality.deciding import decide, undo
from vaccinations.quality.league import standings
from vaccinations.tests.cases import DOUBTFUL, NO_ID, ROW, decider, decision, province
from vaccinations.tests.sheets import brought, committed
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    found = province()
    committed(brought(ROW, DOUBTFUL, NO_ID, province=found))
    return found


def of(user, place):
    (row,) = [row for row in standings(user, timezone.now()) if row.province == place]
    return row.matched, row.waiting, row.at_commune, row.share


def test_a_manager_sees_the_own_province_exactly(place):
    assert of(decider(place), place) == (1, 2, 0, 1 / 3)


def test_a_decision_moves_a_row_from_waiting_to_matched_and_undo_moves_it_back(place):
    manager = decider(place)
    case, by, now = QualityCase.objects.get(kind="doubtful"), actor(manager), timezone.now()
    decide(by=by, case=case, decision=decision("same"), version=1, now=now)
    assert of(manager, place) == (2, 1, 0, 2 / 3)
    undo(by=by, case=case, reason="Nhầm dòng", version=2, now=now)
    assert of(manager, place) == (1, 2, 0, 1 / 3)
    no_id = QualityCase.objects.get(kind="no-id")
    decide(by=by, case=no_id, decision=decision("ask", ""), version=1, now=now)
    assert of(manager, place) == (1, 2, 1, 1 / 3)


def test_a_manager_does_not_see_others_and_the_ministry_sees_no_small_counts(place):
    assert not standings(decider(UnitFactory(code="01", name="Hà Nội", name_en="Ha Noi")), timezone.now())
    ministry = UserFactory(roles=[Role.AUDITOR])
    assert of(ministry, place) == (None, None, 0, None)
    (row,) = standings(ministry, timezone.now())
    assert row.oldest is None


def test_what_has_waited_longest_stands_first_and_the_page_asks_few_queries(
    client, place, settings, django_assert_num_queries
):
    settings.SMALLEST_COUNT_SHOWN = 1
    other = UnitFactory(code="01", name="Hà Nội", name_en="Ha Noi")
    QualityCase.objects.filter(kind="no-id").update(province=other, created_at=timezone.now() - timedelta(days=30))
    ministry = UserFactory(roles=[Role.ADMINISTRATOR])
    with django_assert_num_queries(5):
        assert [row.province for row in standings(ministry, timezone.now())] == [other, place]
    sign_in(client, ministry)
    settings.LANGUAGE_CODE, settings.SECOND_FACTOR_REQUIRED = "en", False
    page = client.get("/quality/provinces/").content.decode()
    assert "Ha Noi" in page
    assert "30 days" in page
