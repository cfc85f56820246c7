"""The ledger of a facility: what is received, wasted, returned and counted, and what is on hand by it and the doses."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import Ledger, StockEntry
from vaccinations.stock import services
from vaccinations.stock.area import holdings_of
from vaccinations.stock.sheets import sheet_of
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory
from vaccinations.tests.stocking import closed, given, received, wasted
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def lot():
    return LotFactory()


def today():
    return timezone.localdate()


def on_hand(facility, lot):
    """By the facility's own sheet and by the province's sum, which must agree."""
    own = sheet_of(facility, today()).on_hand(lot)
    sums = [
        holding.on_hand for holding in holdings_of([facility.pk], today()).get(facility.pk, []) if holding.lot == lot
    ]
    assert sums == [own] or (sums == [] and own == 0)
    return own


def test_it_works(facility, lot):
    received(facility, lot, 100)
    wasted(facility, lot, 3)
    given(facility, lot, 4)
    assert on_hand(facility, lot) == 93
    [line] = sheet_of(facility, today()).lines
    figures = line.figures
    assert (figures.opening, figures.received, figures.wasted, figures.given) == (0, 100, 3, 4)


def test_only_valid_doses_of_this_lot_here_since_the_ledger_began_are_given(facility, lot):
    long_ago = today() - timedelta(days=90)
    given(facility, lot, 2, administered_on=long_ago)
    received(facility, lot, 10)
    given(facility, lot)
    given(facility, lot, voided=True)
    given(FacilityFactory(), lot)
    DoseFactory(facility=facility, lot=None, vaccine=lot.vaccine)
    assert on_hand(facility, lot) == 9
    assert [line.lot for line in sheet_of(facility, today()).lines] == [lot]


def test_a_facility_without_a_ledger_has_no_stock_and_no_negative(facility, lot):
    given(facility, lot)
    assert sheet_of(facility, today()).lines == []
    assert holdings_of([facility.pk], today()) == {}


def test_a_lot_given_without_being_received_is_negative(facility, lot):
    received(facility, LotFactory(), 10)
    given(facility, lot, 2)
    assert on_hand(facility, lot) == -2
    assert [line.lot for line in sheet_of(facility, today()).negative] == [lot]


def test_a_count_keeps_what_was_counted_and_books_the_difference(facility, lot):
    received(facility, lot, 50)
    facts = {"by": actor(), "facility": facility, "lot": lot, "today": today()}
    with pytest.raises(services.UnexplainedError):
        services.count(**facts, counted=47, note="", key=uuid4())
    entry = services.count(**facts, counted=47, note="Thiếu 3 liều", key=uuid4())
    assert (entry.counted, entry.doses, on_hand(facility, lot)) == (47, -3, 47)
    same = services.count(**facts, counted=47, note="", key=uuid4())
    assert (same.doses, on_hand(facility, lot)) == (0, 47)


def test_a_count_begins_a_ledger(facility, lot):
    given(facility, lot, 5, administered_on=today() - timedelta(days=3))
    facts = {"by": actor(), "facility": facility, "lot": lot, "today": today()}
    services.count(**facts, counted=30, note="Tồn đầu kỳ", key=uuid4())
    assert on_hand(facility, lot) == 30
    assert Ledger.objects.get().begun_on == today()


def test_an_entry_is_taken_back_once_by_its_opposite(facility, lot):
    entry = received(facility, lot, 1000)
    back = services.take_back(by=actor(), entry=entry, reason="Gõ thừa số 0", today=today())
    assert (back.kind, back.doses, back.reverses, on_hand(facility, lot)) == ("received", -1000, entry, 0)
    with pytest.raises(services.TakenBackError):
        services.take_back(by=actor(), entry=entry, reason="Lần nữa", today=today())
    with pytest.raises(services.TakenBackError):
        services.take_back(by=actor(), entry=back, reason="Ngược lại", today=today())


def test_the_same_form_twice_is_one_entry_and_with_other_facts_is_refused(facility, lot):
    key = uuid4()
    first = received(facility, lot, 10, key=key)
    assert received(facility, lot, 10, key=key) == first
    with pytest.raises(services.FormUsedError):
        received(facility, lot, 20, key=key)
    with pytest.raises(services.FormUsedError):
        wasted(facility, lot, 10, key=key)
    assert on_hand(facility, lot) == 10


@pytest.mark.parametrize(("days", "is_open"), [(-1, False), (0, True), (1, False)])
def test_an_entry_is_of_an_open_day(facility, lot, days, is_open):
    received(facility, lot, 10)
    on = today() + timedelta(days=days)
    if is_open:
        assert wasted(facility, lot, on=on).on == on
    else:
        with pytest.raises(services.DayNotOpenError):
            wasted(facility, lot, on=on)


def test_a_closed_day_takes_no_entry_but_today_does_even_after_closing(facility, lot):
    yesterday = today() - timedelta(days=1)
    received(facility, lot, 10, on=yesterday - timedelta(days=1))
    wasted(facility, lot, on=yesterday)
    closed(facility, on=yesterday)
    with pytest.raises(services.DayNotOpenError):
        wasted(facility, lot, on=yesterday)
    closed(facility)
    wasted(facility, lot)
    assert on_hand(facility, lot) == 8


def test_each_entry_is_audited_without_anybody_s_number(facility, lot):
    entry = received(facility, lot, 10, document="PX-77")
    audit = AuditEntry.objects.get(action="stock.recorded")
    assert audit.object_id == str(entry.pk)
    assert audit.changes["document"] == "PX-77"
    assert (audit.changes["doses"], audit.changes["lot"], audit.resident) == (10, lot.lot_number, "")
    assert StockEntry.objects.get() == entry


def test_a_sheet_takes_as_many_queries_for_many_lots_and_doses(facility, django_assert_num_queries):
    for lot in LotFactory.create_batch(4):
        received(facility, lot, 10, on=today() - timedelta(days=1))
        given(facility, lot, 2)
    closed(facility, on=today() - timedelta(days=1))
    with django_assert_num_queries(6):
        assert len(sheet_of(facility, today()).lines) == 4
