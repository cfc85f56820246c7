"""Doses on the way: out of one facility's ledger, into the other's as they were counted there, or back."""

from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import Facility, StockEntry, Transfer
from vaccinations.stock import transfers
from vaccinations.stock.services import FormUsedError, UnexplainedError
from vaccinations.stock.sheets import sheet_of
from vaccinations.tests.factories import FacilityFactory, LotFactory, clerk
from vaccinations.tests.stocking import received
from vaxreg.roles import Role
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def here():
    return FacilityFactory()


@pytest.fixture
def there(here):
    return FacilityFactory(unit=here.unit)


@pytest.fixture
def lot(here):
    lot = LotFactory()
    received(here, lot, 100)
    return lot


def send(here, there, lot, doses=40, **other):
    facts = {"by": actor(), "document": "DC-1", "key": uuid4(), "today": TODAY}
    return transfers.send(facility=here, receiver=there, lot=lot, doses=doses, **facts | other)


def confirm(transfer, counted=40, note="", **other):
    facts = {"by": actor(), "key": uuid4(), "today": TODAY}
    return transfers.confirm(transfer=transfer, counted=counted, note=note, **facts | other)


def on_hand(facility, lot):
    return sheet_of(facility, TODAY).on_hand(lot)


def test_it_works(here, there, lot):
    transfer = send(here, there, lot)
    assert (on_hand(here, lot), on_hand(there, lot)) == (60, 0)
    assert list(Transfer.objects.under_way()) == [transfer]
    confirm(transfer)
    assert (on_hand(here, lot), on_hand(there, lot)) == (60, 40)
    assert not Transfer.objects.under_way().exists()


def test_a_difference_on_arrival_is_explained_and_stays_between_the_two(here, there, lot):
    transfer = send(here, there, lot)
    with pytest.raises(UnexplainedError):
        confirm(transfer, 38)
    entry = confirm(transfer, 38, "Vỡ 1 lọ trên đường")
    assert (entry.doses, entry.note) == (38, "Vỡ 1 lọ trên đường")
    assert (on_hand(here, lot), on_hand(there, lot)) == (60, 38)


def test_nothing_may_have_arrived(here, there, lot):
    assert confirm(send(here, there, lot), 0, "Xe hỏng, hủy hết").doses == 0
    assert on_hand(there, lot) == 0


def test_a_transfer_ends_once(here, there, lot):
    transfer = send(here, there, lot)
    back = {"by": actor(), "reason": "Gửi nhầm nơi", "today": TODAY}
    transfers.call_back(transfer=transfer, key=uuid4(), **back)
    assert (on_hand(here, lot), on_hand(there, lot)) == (100, 0)
    with pytest.raises(transfers.TransferEndedError):
        confirm(transfer)
    with pytest.raises(transfers.TransferEndedError):
        transfers.call_back(transfer=transfer, key=uuid4(), **back)


def test_the_same_form_again_changes_nothing(here, there, lot):
    key, other = uuid4(), uuid4()
    transfer = send(here, there, lot, key=key)
    assert send(here, there, lot, key=key) == transfer
    with pytest.raises(FormUsedError):
        send(here, there, lot, 50, key=key)
    assert confirm(transfer, key=other) == confirm(transfer, key=other)
    assert StockEntry.objects.filter(transfer=transfer).count() == 2
    assert Transfer.objects.count() == 1


def test_a_transfer_is_seen_at_its_two_ends_only(here, there, lot):
    transfer = send(here, there, lot)
    sender, receiver, other = (clerk(place, role=Role.CLINIC_LEAD) for place in (here, there, FacilityFactory()))
    for user, arriving, sent in ((sender, [], [transfer]), (receiver, [transfer], []), (other, [], [])):
        seen = Transfer.objects.visible_to(user)
        [place] = user.facility_assignments.all()
        assert list(seen.arriving_at(place.facility)) == arriving
        assert list(seen.sent_from(place.facility)) == sent
    assert not Transfer.objects.visible_to(other).exists()


def test_doses_are_sent_within_the_province_to_facilities_in_use(here, there):
    FacilityFactory()
    FacilityFactory(unit=here.unit, is_active=False)
    assert list(Facility.objects.beside(here)) == [there]
