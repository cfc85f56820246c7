"""Two people at one facility's stock at the same moment, with two real connections: one wins, the other is told."""

from uuid import uuid4

import pytest
from django.utils import timezone

from residents.tests.factories import ResidentFactory
from vaccinations.doses.services import NeedsReasonError, Reason, record_dose
from vaccinations.models import DayClose, StockEntry, VialOpening
from vaccinations.stock import recalls, transfers
from vaccinations.stock.closing import AlreadyClosedError, Counted, close_day
from vaccinations.stock.lots import lot_state
from vaccinations.stock.recipients import doses_of
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.vials import VialEndedError, open_vial, put_away
from vaccinations.tests.factories import FacilityFactory, LotFactory, entry
from vaccinations.tests.stocking import received, wasted
from vaxreg.tests.at_once import at_once
from vaxreg.tests.factories import UserFactory, actor

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def stocked(doses=100):
    facility, lot = FacilityFactory(), LotFactory()
    received(facility, lot, doses)
    return facility, lot


def one_of(results, kind):
    found = [result for result in results if isinstance(result, kind)]
    assert len(found) == 1, results
    return found[0]


def test_two_people_close_the_day_and_the_other_sees_who_did():
    facility, lot = stocked()
    first, second = UserFactory(), UserFactory()

    def sign(user, counted):
        counts = {lot.pk: Counted(counted, "Đếm lại", seen=100)}
        return lambda: close_day(by=actor(user), facility=facility, day=TODAY, counts=counts, now=timezone.now())

    results = at_once(sign(first, 99), sign(second, 98))
    close, told = one_of(results, DayClose), one_of(results, AlreadyClosedError)
    assert told.close == close
    assert StockEntry.objects.filter(kind="counted").count() == 1
    assert close.lines.get().counted == sheet_of(facility, TODAY).on_hand(lot)


def test_a_double_tap_wastes_once():
    facility, lot = stocked()
    key, user = uuid4(), UserFactory()
    first, second = at_once(*[lambda: wasted(facility, lot, 3, key=key, by=actor(user))] * 2)
    assert first == second
    assert sheet_of(facility, TODAY).on_hand(lot) == 97


def test_a_double_tap_begins_one_ledger():
    facility, lot, key, user = FacilityFactory(), LotFactory(), uuid4(), UserFactory()
    first, second = at_once(*[lambda: received(facility, lot, 10, key=key, by=actor(user))] * 2)
    assert first == second
    assert sheet_of(facility, TODAY).on_hand(lot) == 10


def test_a_transfer_confirmed_twice_arrives_once_and_one_is_told():
    facility, lot = stocked()
    there = FacilityFactory(unit=facility.unit)
    facts = {"by": actor(), "document": "DC-1", "key": uuid4(), "today": TODAY}
    transfer = transfers.send(facility=facility, receiver=there, lot=lot, doses=40, **facts)
    users = UserFactory.create_batch(2)

    def confirm(user, counted):
        facts = {"counted": counted, "note": "Đếm", "key": uuid4(), "today": TODAY}
        return lambda: transfers.confirm(by=actor(user), transfer=transfer, **facts)

    results = at_once(confirm(users[0], 40), confirm(users[1], 39))
    arrived = one_of(results, StockEntry)
    one_of(results, transfers.TransferEndedError)
    assert sheet_of(there, TODAY).on_hand(lot) == arrived.doses


def test_a_transfer_confirmed_while_it_is_taken_back_ends_at_one_place():
    facility, lot = stocked()
    there = FacilityFactory(unit=facility.unit)
    facts = {"by": actor(), "document": "DC-1", "key": uuid4(), "today": TODAY}
    transfer = transfers.send(facility=facility, receiver=there, lot=lot, doses=40, **facts)
    users = UserFactory.create_batch(2)
    results = at_once(
        lambda: transfers.confirm(by=actor(users[0]), transfer=transfer, counted=40, note="", key=uuid4(), today=TODAY),
        lambda: transfers.call_back(by=actor(users[1]), transfer=transfer, reason="Nhầm", key=uuid4(), today=TODAY),
    )
    one_of(results, StockEntry)
    one_of(results, transfers.TransferEndedError)
    assert sheet_of(facility, TODAY).on_hand(lot) + sheet_of(there, TODAY).on_hand(lot) == 100


def test_two_people_put_one_vial_away_and_its_rest_is_wasted_once():
    facility, lot = stocked()
    now, user = timezone.now(), UserFactory()
    facts = {"doses": 6, "opened_at": now, "key": uuid4(), "now": now}
    vial = open_vial(by=actor(user), facility=facility, lot=lot, **facts)
    tap = {"vial": vial, "wasted": 6, "reason": "opened-too-long", "note": "", "now": now}
    results = at_once(*[lambda: put_away(by=actor(user), **tap)] * 2)
    one_of(results, StockEntry)
    one_of(results, VialEndedError)
    assert sheet_of(facility, TODAY).on_hand(lot) == 94


def test_a_double_tap_opens_one_vial():
    facility, lot = stocked()
    now, user = timezone.now(), UserFactory()
    facts = {"facility": facility, "lot": lot, "doses": 6, "opened_at": now, "key": uuid4(), "now": now}
    first, second = at_once(*[lambda: open_vial(by=actor(user), **facts)] * 2)
    assert first == second
    assert VialOpening.objects.count() == 1


def test_a_dose_recorded_while_its_lot_is_recalled_is_listed_or_asks_why():
    facility, lot = stocked()
    resident, given, user = ResidentFactory(), entry(lot=lot, facility=facility), UserFactory()
    recalled, dose = at_once(
        lambda: recalls.recall(by=actor(user), lot=lot, document="CV-1", reason="Nghi nhiễm", now=timezone.now()),
        lambda: record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now()),
    )
    assert recalled == lot
    if isinstance(dose, NeedsReasonError):
        assert [warning.code for warning in dose.warnings] == ["lot-recalled"]
        why = Reason("Đã tiêm trước khi có lệnh", frozenset({"lot-recalled"}))
        dose = record_dose(by=actor(user), resident=resident, entry=given, now=timezone.now(), reason=why)
    assert list(doses_of(lot, [facility.pk])) == [dose]
    # The object in hand is from before the recall; what is said of it is from after.
    assert lot_state(given.lot, facility, TODAY).faults == {"lot-recalled"}


def test_two_people_recall_a_lot_and_one_is_told():
    _facility, lot = stocked()
    users = UserFactory.create_batch(2)
    facts = {"lot": lot, "reason": "Nghi nhiễm", "now": timezone.now()}
    acts = [lambda user=user: recalls.recall(by=actor(user), document=user.username, **facts) for user in users]
    results = at_once(*acts)
    lot.refresh_from_db()
    assert one_of(results, type(lot)).recall_document == lot.recall_document
    one_of(results, recalls.AlreadyRecalledError)
