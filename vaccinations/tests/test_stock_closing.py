"""The evening's sheet: it balances, its differences are explained, it is signed once, and nothing changes it later."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from vaccinations.models import DayClose, StockEntry, VialOpening
from vaccinations.stock.area import holdings_of
from vaccinations.stock.closing import (
    AlreadyClosedError,
    Counted,
    NumbersChangedError,
    UnexplainedLinesError,
    close_day,
)
from vaccinations.stock.figures import Figures
from vaccinations.stock.services import DayNotOpenError
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.vials import open_vial
from vaccinations.tests.factories import FacilityFactory, LotFactory
from vaccinations.tests.stocking import closed, given, received, wasted
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
TODAY, YESTERDAY = timezone.localdate(), timezone.localdate() - timedelta(days=1)


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def lot(facility):
    """A hundred doses came yesterday."""
    lot = LotFactory()
    received(facility, lot, 100, on=YESTERDAY)
    return lot


def sign(facility, lot, counted, explanation="", *, seen, day=TODAY):
    counts = {lot.pk: Counted(counted, explanation, seen)}
    return close_day(by=actor(), facility=facility, day=day, counts=counts, now=timezone.now())


def line_of(close, lot):
    return close.lines.get(lot=lot)


def test_it_works(facility, lot):
    given(facility, lot, 6, administered_on=YESTERDAY)
    wasted(facility, lot, 2, on=YESTERDAY)
    close = sign(facility, lot, 92, seen=92, day=YESTERDAY)
    line = line_of(close, lot)
    assert (line.opening, line.received, line.given, line.wasted, line.computed, line.counted) == (0, 100, 6, 2, 92, 92)
    assert not StockEntry.objects.filter(kind="counted").exists()
    given(facility, lot, 3)
    [line] = sheet_of(facility, TODAY).lines
    assert (line.figures.opening, line.figures.given, line.figures.computed) == (92, 3, 89)


def test_a_difference_is_explained_and_the_next_day_opens_with_what_was_counted(facility, lot):
    with pytest.raises(UnexplainedLinesError) as refused:
        sign(facility, lot, 98, seen=100, day=YESTERDAY)
    assert refused.value.lots == [lot.pk]
    assert not DayClose.objects.exists()
    close = sign(facility, lot, 98, "Rút không đủ liều", seen=100, day=YESTERDAY)
    assert line_of(close, lot).difference == -2
    entry = StockEntry.objects.get(kind="counted")
    assert (entry.doses, entry.counted, entry.on, entry.note) == (-2, 98, YESTERDAY, "Rút không đủ liều")
    assert sheet_of(facility, TODAY).lines[0].figures.opening == 98


def test_a_negative_closing_cannot_be_signed_without_a_word(facility, lot):
    given(facility, lot, 101, administered_on=YESTERDAY)
    with pytest.raises(UnexplainedLinesError):
        sign(facility, lot, 0, seen=-1, day=YESTERDAY)
    sign(facility, lot, 0, "Lọ có 11 liều", seen=-1, day=YESTERDAY)
    assert sheet_of(facility, TODAY).lines == []


def test_a_dose_recorded_between_looking_and_signing_is_shown_first(facility, lot):
    given(facility, lot)
    with pytest.raises(NumbersChangedError):
        sign(facility, lot, 100, seen=100)
    with pytest.raises(NumbersChangedError):
        close_day(by=actor(), facility=facility, day=TODAY, counts={}, now=timezone.now())
    assert not DayClose.objects.exists()


def test_a_day_is_closed_once_and_the_other_sees_who_did(facility, lot):
    first = closed(facility)
    with pytest.raises(AlreadyClosedError) as refused:
        sign(facility, lot, 100, seen=100)
    assert refused.value.close == first
    with pytest.raises(AlreadyClosedError):
        sign(facility, lot, 100, seen=100, day=YESTERDAY)


@pytest.mark.parametrize("days", [-2, 1])
def test_no_day_is_closed_before_the_ledger_or_in_the_future(facility, lot, days):
    with pytest.raises(DayNotOpenError):
        closed(facility, on=TODAY + timedelta(days=days))


def test_a_sheet_covers_the_days_that_nobody_closed(facility, lot):
    given(facility, lot, 2, administered_on=YESTERDAY)
    given(facility, lot, 3)
    close = closed(facility)
    assert (close.since, close.day, line_of(close, lot).given) == (YESTERDAY, TODAY, 5)


def test_what_comes_after_closing_stands_on_the_next_sheet_and_leaves_the_closed_one(facility, lot):
    voided, _other = given(facility, lot, 2, administered_on=YESTERDAY)
    close = closed(facility, on=YESTERDAY)
    given(facility, lot, 3, administered_on=YESTERDAY)
    type(voided).objects.filter(pk=voided.pk).update(voided_at=timezone.now(), void_reason="Nhập nhầm")
    assert line_of(close, lot).given == 2
    [line] = sheet_of(facility, TODAY).lines
    assert (line.figures.opening, line.figures.late, line.figures.given, line.figures.computed) == (98, -2, 0, 96)
    second = closed(facility)
    assert line_of(second, lot).late == -2
    assert sheet_of(facility, TODAY).lines[0].figures.late == 0


def test_an_entry_after_closing_is_a_change_after_closing(facility, lot):
    closed(facility)
    wasted(facility, lot, 5)
    [line] = sheet_of(facility, TODAY).lines
    assert (line.figures.late, line.figures.wasted, line.figures.computed) == (-5, 0, 95)


def test_today_s_entries_wait_while_yesterday_is_closed(facility, lot):
    wasted(facility, lot, 4)
    given(facility, lot, 1)
    close = closed(facility, on=YESTERDAY)
    assert line_of(close, lot).computed == 100
    [line] = sheet_of(facility, TODAY).lines
    assert (line.figures.late, line.figures.wasted, line.figures.given, line.figures.computed) == (0, 4, 1, 95)


def test_a_late_dose_brings_a_lot_back_that_was_used_up(facility, lot):
    given(facility, lot, 100, administered_on=YESTERDAY)
    closed(facility, on=YESTERDAY)
    assert sheet_of(facility, TODAY).lines == []
    given(facility, lot, administered_on=YESTERDAY)
    assert [(line.figures.opening, line.figures.late) for line in sheet_of(facility, TODAY).lines] == [(0, -1)]


def test_closing_puts_empty_vials_away(facility, lot):
    now = timezone.now()
    facts = {"by": actor(), "facility": facility, "lot": lot, "now": now}
    for doses in (2, 6):
        open_vial(**facts, doses=doses, opened_at=now - timedelta(seconds=9 - doses), key=uuid4())
    given(facility, lot, 3, administered_at=now)
    closed(facility)
    assert list(VialOpening.objects.filter(ended_at=None).values_list("doses", flat=True)) == [6]


def test_closing_is_audited_with_the_differences(facility, lot):
    close = closed(facility, counted={lot.pk: 99})
    entry = AuditEntry.objects.get(action="stock.day-closed")
    assert (entry.object_id, entry.changes["differences"]) == (str(close.pk), {lot.lot_number: -1})


def test_a_lot_without_stock_and_movement_is_not_on_the_sheet():
    assert not Figures(given_through=40).is_on_sheet
    assert Figures(given=1).is_on_sheet
    assert Figures(received=5, wasted=5).is_on_sheet


ACTS = st.lists(
    st.tuples(st.sampled_from(["receive", "waste", "give", "late", "void", "close", "miscount"]), st.integers(1, 9)),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@drawn(acts=ACTS)
def test_sheet_and_sum_agree_whatever_happens(acts):
    """The sheet goes on from the last closing, the province's sum counts from the beginning: they never differ."""
    facility, lot = FacilityFactory(), LotFactory()
    received(facility, lot, 50, on=YESTERDAY)
    doses = []
    for act, n in acts:
        match act:
            case "receive":
                received(facility, lot, n)
            case "waste":
                wasted(facility, lot, n)
            case "give":
                doses += given(facility, lot, n)
            case "late":
                doses += given(facility, lot, n, administered_on=YESTERDAY)
            case "void" if doses:
                dose = doses.pop()
                type(dose).objects.filter(pk=dose.pk).update(voided_at=timezone.now(), void_reason="Nhập nhầm")
            case "close" | "miscount":
                last = DayClose.objects.latest_of(facility)
                day = YESTERDAY if last is None else TODAY
                if last is None or last.day < TODAY:
                    closed(facility, on=day, counted={lot.pk: n} if act == "miscount" else None)
        sums = {holding.lot: holding.on_hand for holding in holdings_of([facility.pk], TODAY).get(facility.pk, [])}
        assert sheet_of(facility, TODAY).on_hand(lot) == sums.get(lot, 0)
