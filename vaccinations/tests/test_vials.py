"""Opened vials: how many doses are left in each, until when, and what happens to the rest."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import StockEntry, VialOpening
from vaccinations.stock.leftovers import Vial, doses_left
from vaccinations.stock.recalls import recall
from vaccinations.stock.services import FormUsedError, take_back
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.vials import (
    UnusableLotError,
    VialEndedError,
    open_vial,
    open_vials,
    put_all_away,
    put_away,
    usual_doses,
)
from vaccinations.tests.factories import FacilityFactory, LotFactory, VaccineFactory
from vaccinations.tests.stocking import given, received
from vaxreg.tests.factories import actor

NOON = datetime(2021, 10, 5, 5, 0, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def vial(key, minutes, doses=6, ended=None, wasted=0):
    return Vial(key, at(minutes), doses, ended_at=None if ended is None else at(ended), wasted=wasted)


@pytest.mark.parametrize(
    ("case", "vials", "given_at", "left"),
    [
        ("nothing given yet", [vial(1, 0)], [], {1: 6}),
        ("one vial", [vial(1, 0)], [5, 10], {1: 4}),
        ("before it was opened", [vial(1, 0)], [-5, 5], {1: 5}),
        ("the first vial first", [vial(1, 0, 2), vial(2, 1, 6)], [5, 6, 7], {1: 0, 2: 5}),
        ("order of opening, not of keys", [vial(2, 1, 2), vial(1, 3, 2)], [5], {2: 1, 1: 2}),
        ("more given than opened", [vial(1, 0, 2)], [5, 6, 7], {1: 0}),
        (
            "put away with three left: the next gave the others",
            [vial(1, 0, 10, 60, 3), vial(2, 30)],
            range(35, 45),
            {1: 0, 2: 3},
        ),
        ("given after it was put away", [vial(1, 0, 10, 60, 3), vial(2, 30)], [70, 71], {1: 0, 2: 4}),
    ],
)
def test_doses_are_taken_from_the_vial_opened_first(case, vials, given_at, left):
    assert doses_left(vials, [at(minutes) for minutes in given_at]) == left


@pytest.fixture
def facility(db):
    return FacilityFactory()


@pytest.fixture
def lot(facility):
    lot = LotFactory(vaccine=VaccineFactory(doses_per_vial=6, use_within_hours=6, vial_source="test"))
    received(facility, lot, 60)
    return lot


@pytest.fixture
def now():
    return timezone.now()


def opened(facility, lot, now, *, ago=0, doses=6, **other):
    facts = {"by": actor(), "key": uuid4(), "now": now, "opened_at": now - timedelta(minutes=ago)}
    return open_vial(facility=facility, lot=lot, doses=doses, **facts | other)


def test_a_vial_is_to_be_used_within_the_vaccine_s_hours(facility, lot, now):
    vial = opened(facility, lot, now, ago=30)
    [there] = open_vials(facility, now)
    assert (there.vial, there.left, there.minutes, there.is_past) == (vial, 6, 330, False)
    assert open_vials(facility, now + timedelta(hours=5, minutes=30))[0].is_past


def test_without_a_limit_laid_down_a_vial_has_none(facility, now):
    opened(facility, LotFactory(), now, doses=10)
    [there] = open_vials(facility, now + timedelta(hours=30))
    assert (there.minutes, there.is_past, there.is_nearly_past) == (None, False, False)


def test_doses_given_here_since_are_taken_from_the_vial(facility, lot, now):
    opened(facility, lot, now, ago=20)
    given(facility, lot, 2, administered_at=now - timedelta(minutes=10))
    given(facility, lot, 1, administered_at=now - timedelta(minutes=30))
    given(FacilityFactory(), lot, 1, administered_at=now)
    given(facility, lot, 1, administered_at=now, voided=True)
    assert [there.left for there in open_vials(facility, now)] == [4]
    given(facility, lot, 4, administered_at=now)
    assert open_vials(facility, now) == []


def test_what_must_be_used_first_is_first(facility, lot, now):
    late = opened(facility, lot, now, ago=5)
    endless = opened(facility, LotFactory(), now, ago=50)
    early = opened(facility, lot, now, ago=100)
    assert [there.vial for there in open_vials(facility, now)] == [early, late, endless]


def test_leftovers_are_wasted_with_the_vial_once(facility, lot, now):
    vial = opened(facility, lot, now, ago=20)
    facts = {"by": actor(), "reason": "opened-too-long", "note": "", "now": now}
    entry = put_away(vial=vial, wasted=4, **facts)
    assert (entry.kind, entry.doses, entry.vial, entry.reason) == ("wasted", -4, vial, "opened-too-long")
    with pytest.raises(VialEndedError):
        put_away(vial=vial, wasted=4, **facts)
    assert open_vials(facility, now) == []
    assert sheet_of(facility, timezone.localdate()).on_hand(lot) == 56


def test_an_empty_vial_is_put_away_without_waste(facility, lot, now):
    assert put_away(vial=opened(facility, lot, now), wasted=0, by=actor(), reason="", note="", now=now) is None
    assert open_vials(facility, now) == []


def test_one_key_wastes_what_is_left_of_past_vials_or_of_all(facility, lot, now):
    opened(facility, lot, now, ago=7 * 60)
    fresh = opened(facility, lot, now, ago=1, doses=5)
    facts = {"by": actor(), "facility": facility, "now": now}
    assert put_all_away(**facts, with_usable=False) == 6
    assert [there.vial for there in open_vials(facility, now)] == [fresh]
    assert put_all_away(**facts, with_usable=True) == 5
    assert set(StockEntry.objects.filter(kind="wasted").values_list("reason", flat=True)) == {"opened-too-long"}
    assert put_all_away(**facts, with_usable=True) == 0


def test_an_opened_vial_of_a_recalled_lot_is_offered_to_nobody(facility, lot, now):
    opened(facility, lot, now, ago=10)
    recall(by=actor(), lot=lot, document="CV-1", reason="Nghi nhiễm", now=now)
    [there] = open_vials(facility, now)
    assert (there.is_past, there.may_be_given) == (False, False)
    assert put_all_away(by=actor(), facility=facility, now=now, with_usable=False) == 6
    assert StockEntry.objects.get(kind="wasted").reason == "recalled"


def test_waste_taken_back_leaves_the_vial_put_away(facility, lot, now):
    entry = put_away(vial=opened(facility, lot, now), wasted=2, by=actor(), reason="broken", note="", now=now)
    take_back(by=actor(), entry=entry, reason="Đếm nhầm", today=timezone.localdate())
    assert sheet_of(facility, timezone.localdate()).on_hand(lot) == 60
    assert open_vials(facility, now) == []


def test_the_same_form_opens_one_vial(facility, lot, now):
    key = uuid4()
    assert opened(facility, lot, now, key=key) == opened(facility, lot, now, key=key)
    with pytest.raises(FormUsedError):
        opened(facility, lot, now, key=key, doses=10)
    assert VialOpening.objects.count() == 1


def test_a_recalled_or_expired_lot_is_not_opened(facility, lot, now):
    expired = LotFactory(expires_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(UnusableLotError):
        opened(facility, expired, now)
    recall(by=actor(), lot=lot, document="CV-1", reason="Nghi nhiễm", now=now)
    with pytest.raises(UnusableLotError):
        opened(facility, lot, now)


def test_a_vial_is_proposed_as_the_last_one_of_its_lot_came(facility, lot, now):
    unknown = LotFactory()
    assert usual_doses(facility, [lot, unknown]) == {lot.pk: 6, unknown.pk: None}
    opened(facility, lot, now, doses=5)
    assert usual_doses(facility, [lot, unknown]) == {lot.pk: 5, unknown.pk: None}


def test_the_board_takes_as_many_queries_for_many_vials(facility, lot, now, django_assert_num_queries):
    for _n in range(5):
        opened(facility, lot, now, ago=9)
    given(facility, lot, 4, administered_at=now)
    with django_assert_num_queries(3):
        assert len(open_vials(facility, now)) == 5
