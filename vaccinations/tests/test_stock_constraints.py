"""What the database itself refuses of the stock's tables: one row that it takes, and one that it does not."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from vaccinations.models import (
    DayClose,
    DayCloseLine,
    Ledger,
    Lot,
    LotExtension,
    StockEntry,
    Transfer,
    Vaccine,
    VialOpening,
)
from vaccinations.tests.factories import FacilityFactory, LotFactory, VaccineFactory
from vaccinations.tests.test_constraints import refused

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def facility():
    return FacilityFactory()


@pytest.fixture
def lot():
    return LotFactory()


@pytest.fixture
def entry(facility, lot):
    """Writes an entry: as it must be for its kind, unless told otherwise."""
    usual: dict[str, dict[str, Any]] = {
        "received": {"doses": 5, "party": "Kho", "document": "PX-1"},
        "returned": {"doses": -5, "party": "Kho", "document": "PX-1"},
        "wasted": {"doses": -1, "reason": "broken"},
        "counted": {"doses": 0, "counted": 5},
    }

    def write(kind, **other):
        facts = {"facility": facility, "lot": lot, "kind": kind, "on": TODAY, "idempotency_key": uuid4()}
        return StockEntry.objects.create(**facts | usual.get(kind, {}) | other)

    return write


@pytest.fixture
def transfer(facility, lot):
    return Transfer.objects.create(lot=lot, sender=facility, receiver=FacilityFactory(), doses=10, document="DC-1")


def test_an_entry_has_the_sign_of_its_kind(entry):
    first = {kind: entry(kind) for kind in ("received", "returned", "wasted", "counted")}
    refused("stockentry_sign", entry, "received", doses=-5)
    refused("stockentry_sign", entry, "returned", doses=5)
    refused("stockentry_sign", entry, "wasted", doses=0)
    for kind in ("received", "returned", "wasted"):
        refused("stockentry_sign", entry, kind, reverses=first[kind], note="x", doses=first[kind].doses)
        entry(kind, reverses=first[kind], note="x", doses=-first[kind].doses)
    refused("stockentry_sign", entry, "counted", reverses=first["counted"], note="x")


def test_an_entry_is_taken_back_once(entry):
    first = entry("received")
    entry("received", reverses=first, doses=-5, note="x")
    refused("reverses", entry, "received", reverses=first, doses=-5, note="x")


def test_an_entry_says_what_its_kind_needs(entry):
    refused("stockentry_documented", entry, "received", document="")
    refused("stockentry_documented", entry, "returned", party="")
    refused("stockentry_waste_has_reason", entry, "wasted", reason="")
    refused("stockentry_waste_has_reason", entry, "received", reason="broken")
    refused("stockentry_counted_what", entry, "counted", counted=None)
    refused("stockentry_counted_what", entry, "received", counted=3)
    refused("stockentry_explained", entry, "wasted", reason="other")
    refused("stockentry_explained", entry, "counted", doses=-2)
    entry("wasted", reason="other", note="Rơi tủ")
    entry("counted", doses=-2, note="Thiếu")


def test_a_form_is_recorded_once_at_a_facility(entry):
    key = entry("received").idempotency_key
    entry("received", idempotency_key=key, facility=FacilityFactory())
    refused("stockentry_recorded_once", entry, "wasted", idempotency_key=key)


def test_a_transfer_is_sent_once_and_ends_once(entry, transfer):
    entry("sent", doses=-10, transfer=transfer)
    refused("transfer_sent_once", entry, "sent", doses=-10, transfer=transfer)
    entry("arrived", doses=0, transfer=transfer)
    refused("transfer_ends_once", entry, "came-back", doses=10, transfer=transfer)
    refused("stockentry_of_transfer", entry, "arrived", doses=10)
    refused("stockentry_of_transfer", entry, "received", transfer=transfer)


def test_a_transfer_has_doses_and_two_ends(transfer):
    facts = {"lot": transfer.lot, "document": "DC-2", "sender": transfer.sender}
    refused("transfer_has_doses", Transfer.objects.create, receiver=transfer.receiver, doses=0, **facts)
    refused("transfer_between_two", Transfer.objects.create, receiver=transfer.sender, doses=1, **facts)


def test_a_vial_has_doses_and_ends_after_it_was_opened(facility, lot, entry):
    now = timezone.now()
    facts = {"facility": facility, "lot": lot, "opened_at": now}
    vial = VialOpening.objects.create(**facts, doses=6, idempotency_key=uuid4())
    refused("vial_has_doses", VialOpening.objects.create, **facts, doses=0, idempotency_key=uuid4())
    refused("vial_opened_once", VialOpening.objects.create, **facts, doses=6, idempotency_key=vial.idempotency_key)
    hour_ago = now - timedelta(hours=1)
    for name, column in (("vial_used_after_opening", "use_until"), ("vial_ends_after_opening", "ended_at")):
        refused(name, VialOpening.objects.create, **facts, doses=6, idempotency_key=uuid4(), **{column: hour_ago})
    entry("wasted", vial=vial)
    refused("vial_wasted_once", entry, "wasted", vial=vial)
    rows = VialOpening.objects.filter(pk=vial.pk)
    refused("append-only", rows.update, doses=10)
    rows.update(ended_at=now)


def close(facility, **other):
    return DayClose.objects.create(**{"facility": facility, "day": TODAY, "since": TODAY, "last_entry": 0} | other)


def line(close, lot, **other):
    columns = ("opening", "late", "received", "given", "wasted", "returned", "transferred", "adjusted")
    facts = dict.fromkeys([*columns, "computed", "counted", "given_through"], 0)
    return DayCloseLine.objects.create(close=close, lot=lot, **facts | other)


def test_a_day_is_closed_once(facility):
    close(facility)
    close(FacilityFactory())
    refused("dayclose_once", close, facility)
    refused("dayclose_days_in_order", close, FacilityFactory(), since=TODAY + timedelta(days=1))


def test_a_line_adds_up_and_its_difference_is_explained(facility, lot):
    day = close(facility)
    moved = {"opening": 10, "late": -1, "received": 5, "given": 3, "wasted": 2, "returned": 1, "transferred": -4}
    line(day, lot, **moved, adjusted=1, computed=5, counted=5)
    refused("daycloseline_once_a_lot", line, day, lot)
    refused("daycloseline_adds_up", line, day, LotFactory(), **moved, adjusted=1, computed=6, counted=6)
    refused("daycloseline_explained", line, day, LotFactory(), counted=1)
    line(day, LotFactory(), counted=1, explanation="Tìm thấy")


def test_a_recall_and_an_extension_have_documents(lot):
    now = timezone.now()
    recalled = {"recalled_at": now, "recall_document": "CV-1", "recall_reason": "Nghi nhiễm"}
    rows = Lot.objects.filter(pk=lot.pk)
    for missing in recalled:
        empty = None if missing == "recalled_at" else ""
        refused("lot_recall_documented", rows.update, **recalled | {missing: empty})
    rows.update(**recalled)
    facts = {"lot": lot, "usable_until": TODAY, "in_force_from": TODAY}
    extension = LotExtension.objects.create(**facts, document="CV-2", idempotency_key=uuid4())
    refused("lotextension_documented", LotExtension.objects.create, **facts, document="", idempotency_key=uuid4())
    key = extension.idempotency_key
    refused("lotextension_recorded_once", LotExtension.objects.create, **facts, document="x", idempotency_key=key)


def test_the_facts_of_a_vial_have_a_source():
    rows = Vaccine.objects.filter(pk=VaccineFactory().pk)
    refused("vaccine_vial_source", rows.update, doses_per_vial=6)
    refused("vaccine_vial_facts", rows.update, doses_per_vial=0, vial_source="x")
    rows.update(doses_per_vial=6, use_within_hours=6, vial_source="WHO")


def test_what_was_written_of_the_stock_stays(facility, lot, entry, transfer):
    extension = {"lot": lot, "usable_until": TODAY, "in_force_from": TODAY, "idempotency_key": uuid4()}
    other = LotFactory()
    written = [
        (Ledger.objects.create(facility=facility, begun_on=TODAY), {"begun_on": TODAY - timedelta(days=1)}),
        (entry("received"), {"doses": 1}),
        (transfer, {"doses": 1}),
        (close(facility), {"last_entry": 1}),
        (line(close(FacilityFactory()), lot), {"lot": other}),
        (LotExtension.objects.create(**extension, document="x"), {"lot": other}),
    ]
    for row, change in written:
        found = type(row).objects.filter(pk=row.pk)
        refused("append-only", found.delete)
        refused("append-only", found.update, **change)
