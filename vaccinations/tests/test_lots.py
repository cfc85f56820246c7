"""Lots: what is wrong with one somewhere on a day, which a facility is offered, recalls and extensions."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import Dose, Lot
from vaccinations.stock import recalls
from vaccinations.stock.lots import ExpiryDiffersError, LotState, lot_of_box, lot_state
from vaccinations.stock.services import FormUsedError
from vaccinations.tests.factories import DoseFactory, FacilityFactory, LotFactory, VaccineFactory
from vaccinations.tests.stocking import closed, given, received
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
# Comirnaty lot 123002: the box said 30/11/2021; công văn 12926/QLD-KD of 22/10/2021 let it be used to 28/02/2022
# (dantri.com.vn/suc-khoe/tang-han-dung-them-3-thang-voi-2-lo-vaccine-pfizer-20211130181817663.htm).
BOX, EXTENDED, DOCUMENT, IN_FORCE = date(2021, 11, 30), date(2022, 2, 28), "12926/QLD-KD", date(2021, 10, 22)


def extend(lot, usable_until=EXTENDED, **other):
    facts = {"by": actor(), "document": DOCUMENT, "in_force_from": IN_FORCE, "key": uuid4()}
    return recalls.extend(lot=lot, usable_until=usable_until, **facts | other)


def recall(lot, **other):
    facts = {"by": actor(), "document": "CV-9", "reason": "Nghi nhiễm khuẩn", "now": timezone.now()}
    return recalls.recall(lot=lot, **facts | other)


@pytest.mark.parametrize(
    ("on", "usable_until"),
    [(date(2021, 10, 21), BOX), (IN_FORCE, EXTENDED), (date(2021, 12, 24), EXTENDED)],
)
def test_an_extension_counts_from_its_day_on(on, usable_until):
    lot = LotFactory(expires_on=BOX)
    extend(lot)
    assert lot.usable_until(on) == usable_until
    assert Lot.objects.get().expires_on == BOX


def test_the_latest_extension_stands_and_a_mistake_is_mended_by_a_further_row():
    lot = LotFactory(expires_on=BOX)
    extend(lot, date(2022, 12, 28))
    extend(lot)
    assert lot.usable_until(TODAY) == EXTENDED
    assert LotFactory(expires_on=None).usable_until(TODAY) is None


def test_an_extension_is_no_shortening_and_the_same_form_is_one():
    lot, key = LotFactory(expires_on=BOX), uuid4()
    with pytest.raises(recalls.ShorterExpiryError):
        extend(lot, date(2021, 11, 29))
    assert extend(lot, key=key) == extend(lot, key=key)
    with pytest.raises(FormUsedError):
        extend(lot, date(2022, 3, 31), key=key)


def test_a_recall_names_its_document_and_is_lifted_by_a_new_act():
    lot = LotFactory()
    recall(lot)
    with pytest.raises(recalls.AlreadyRecalledError):
        recall(lot)
    lot.refresh_from_db()
    assert (lot.is_recalled, lot.recall_document, lot.recall_reason) == (True, "CV-9", "Nghi nhiễm khuẩn")
    recalls.lift_recall(by=actor(), lot=lot, document="CV-10", reason="Xét nghiệm đạt")
    with pytest.raises(recalls.NotRecalledError):
        recalls.lift_recall(by=actor(), lot=lot, document="CV-10", reason="Xét nghiệm đạt")
    assert [entry.action for entry in recalls.acts_upon(lot)] == ["lot.recall-lifted", "lot.recalled"]
    lifted = AuditEntry.objects.get(action="lot.recall-lifted").changes
    assert (lifted["recall_document"], lifted["document"], lifted["reason"]) == ("CV-9", "CV-10", "Xét nghiệm đạt")


@pytest.mark.parametrize(
    ("case", "prepare", "faults"),
    [
        ("in the ledger, in date", lambda lot, here: received(here, lot), set()),
        ("no ledger is kept here", lambda lot, here: None, set()),
        ("a ledger without this lot", lambda lot, here: received(here, LotFactory()), {"lot-elsewhere"}),
        ("recalled", lambda lot, here: recall(lot), {"lot-recalled"}),
        ("the box says yesterday", lambda lot, here: expired(lot), {"lot-expired"}),
        ("its last day", lambda lot, here: expired(lot, TODAY), set()),
        ("extended", lambda lot, here: (expired(lot), extend(lot, TODAY)), set()),
        ("extended from tomorrow", lambda lot, here: (expired(lot), extend_tomorrow(lot)), {"lot-expired"}),
    ],
)
def test_faults_of_a_lot(case, prepare, faults, django_assert_num_queries):
    lot, here = LotFactory(), FacilityFactory()
    prepare(lot, here)
    with django_assert_num_queries(1):
        assert lot_state(lot, here, TODAY).faults == faults


def expired(lot, on=TODAY - timedelta(days=1)):
    Lot.objects.filter(pk=lot.pk).update(expires_on=on)


def extend_tomorrow(lot):
    extend(lot, TODAY + timedelta(days=30), in_force_from=TODAY + timedelta(days=1))


def test_faults_are_those_of_the_day_the_dose_was_given():
    lot, here = LotFactory(expires_on=TODAY - timedelta(days=5)), FacilityFactory()
    received(here, LotFactory())
    recall(lot)
    last_day = TODAY - timedelta(days=5)
    assert lot_state(lot, here, last_day) == LotState(last_day)
    assert lot_state(lot, here, TODAY).faults == {"lot-expired", "lot-recalled", "lot-elsewhere"}


def test_a_lot_of_another_vaccine_is_a_fault_where_the_vaccine_is_known():
    lot, here = LotFactory(), FacilityFactory()
    assert lot_state(lot, here, TODAY, vaccine=lot.vaccine) == LotState()
    assert lot_state(lot, here, TODAY, vaccine=VaccineFactory()).faults == {"lot-other-vaccine"}


def offered(facility):
    return {lot: lot.is_here for lot in Lot.objects.at(facility)}


def test_a_facility_is_offered_the_lots_of_its_ledger_and_all_where_it_keeps_none(django_assert_num_queries):
    here, lot, other = FacilityFactory(), LotFactory(), LotFactory()
    assert offered(here) == {lot: False, other: False}
    received(here, lot)
    with django_assert_num_queries(1):
        assert offered(here) == {lot: True}


def test_a_recalled_lot_or_one_out_of_use_is_offered_nowhere():
    here, lot, other = FacilityFactory(), LotFactory(), LotFactory()
    received(here, lot)
    received(here, other)
    recall(lot)
    assert offered(here) == {other: True}
    assert lot not in offered(FacilityFactory())
    Lot.objects.filter(pk=other.pk).update(is_active=False)
    assert offered(here) == {}


def test_a_lot_leaves_the_list_in_the_evening_and_comes_back_with_new_doses():
    here, lot, other = FacilityFactory(), LotFactory(), LotFactory()
    received(here, lot, 2)
    received(here, other, 10)
    given(here, lot, 2)
    assert offered(here) == {lot: True, other: True}
    closed(here)
    assert offered(here) == {other: True}
    received(here, lot, 5)
    assert offered(here) == {lot: True, other: True}


def test_a_box_is_a_lot_of_one_vaccine_whatever_its_letter_case():
    vaccine, facts = VaccineFactory(), {"by": actor(), "expires_on": BOX}
    lot = lot_of_box(vaccine=vaccine, lot_number="FD1234", **facts)
    assert lot_of_box(vaccine=vaccine, lot_number="fd1234", **facts) == lot
    assert lot_of_box(vaccine=VaccineFactory(), lot_number="FD1234", **facts) != lot
    assert AuditEntry.objects.filter(action="lot.registered").count() == 2


def test_a_box_with_another_expiry_than_the_register_s_is_looked_at_again():
    lot = LotFactory(expires_on=BOX)
    with pytest.raises(ExpiryDiffersError) as refused:
        lot_of_box(by=actor(), vaccine=lot.vaccine, lot_number=lot.lot_number, expires_on=EXTENDED)
    assert "30/11/2021" in str(refused.value.message)
    unknown = LotFactory(expires_on=None)
    filled = lot_of_box(by=actor(), vaccine=unknown.vaccine, lot_number=unknown.lot_number, expires_on=BOX)
    assert (filled.pk, filled.expires_on) == (unknown.pk, BOX)


def test_doses_of_recalled_lots_are_found_for_the_certificates():
    dose = DoseFactory()
    DoseFactory(lot=dose.lot, voided=True)
    DoseFactory()
    assert not Dose.objects.of_recalled_lots().exists()
    recall(dose.lot)
    assert list(Dose.objects.of_recalled_lots()) == [dose]


def test_a_desk_may_name_every_lot_in_use_those_of_its_facility_first(django_assert_num_queries):
    here, elsewhere, late, soon = FacilityFactory(), LotFactory(), LotFactory(), LotFactory(vaccine__name="A")
    LotFactory(is_active=False)
    named = LotFactory(is_active=False)
    received(here, late)
    received(here, soon)
    recall(elsewhere)
    with django_assert_num_queries(1):
        lots = list(Lot.objects.to_choose_at(here, TODAY, besides=named.pk))
    assert lots[:2] == [soon, late]
    assert set(lots[2:]) == {elsewhere, named}
