from datetime import timedelta

import pytest
from django.utils import timezone

from residents.birth import read_birth
from residents.models import Resident
from residents.services import add_alias, look_up, update_resident, verify_resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

pytestmark = pytest.mark.django_db


def test_only_what_differs_is_recorded():
    person = ResidentFactory(citizen_id="079090000001", full_name="Trần Thị Đào", phone="0912345678")
    by, province = actor(), UnitFactory(code="80", name="Tỉnh Tây Ninh")
    update_resident(
        by=by, resident=person, reason="card shown", full_name=" Trần Thị  Đáo", birth=read_birth("1991"), phone="0912345678",
        sex="M", province=province,
    )  # fmt: skip
    kept = Resident.objects.get()
    assert (kept.full_name, kept.folded_name, str(kept.birth)) == ("Trần Thị Đáo", "tran thi dao", "1991")
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.resident) == (by.user, "resident.updated", "079090000001")
    assert entry.changes == {
        "full_name": ["Trần Thị Đào", "Trần Thị Đáo"],
        "birth": ["05/03/1990", "1991"],
        "province": ["", "80 Tỉnh Tây Ninh"],
        "reason": "card shown",
    }


def test_result_carries_the_contradictions_of_the_new_facts():
    person = ResidentFactory(citizen_id="079090000001")
    assert update_resident(by=actor(), resident=person, birth=read_birth("1991")).warnings == ["birth_year"]


def test_nothing_different_writes_nothing():
    person = ResidentFactory(full_name="Trần Thị Đào")
    update_resident(by=actor(), resident=person, full_name="Trần  Thị Đào", phone="")
    assert not AuditEntry.objects.exists()


def test_facts_given_for_an_older_number_are_those_of_the_person():
    person = ResidentFactory()
    alias = add_alias(by=actor(), resident=person, number="123456789") and Resident.objects.get(pk="123456789")
    update_resident(by=actor(), resident=alias, phone="0912345678")
    assert Resident.objects.get(pk=person.pk).phone == "0912345678"
    assert Resident.objects.get(pk=alias.pk).phone == ""


def test_number_cannot_be_edited():
    with pytest.raises(TypeError, match="citizen_id"):
        update_resident(by=actor(), resident=ResidentFactory(), citizen_id="079090000002")


def test_card_seen_is_dated_and_audited():
    person = ResidentFactory()
    verify_resident(by=actor(), resident=person)
    seen_at = Resident.objects.get().verified_at
    assert timezone.now() - seen_at < timedelta(minutes=1)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resident) == ("resident.verified", person.pk)
    assert entry.changes == {"verified_at": [None, seen_at.isoformat()]}


def test_look_up_follows_older_numbers_and_is_logged():
    person, by = ResidentFactory(), actor()
    ResidentFactory(citizen_id="123456789", superseded_by=person)
    assert look_up(by=by, number="123456789", purpose="clinic") == person
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.resident) == (by.user, "resident.read", person.pk)
    assert entry.changes == {"purpose": "clinic", "found": True}


def test_look_up_of_an_unknown_number_is_logged_too():
    assert look_up(by=actor(), number="123456789", purpose="clinic") is None
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resident, entry.changes["found"]) == ("resident.read", "123456789", False)


def test_look_up_among_some_finds_nobody_else():
    person = ResidentFactory()
    assert look_up(by=actor(), number=person.pk, purpose="page", among=Resident.objects.exclude(pk=person.pk)) is None
    assert AuditEntry.objects.get().changes["found"] is False


def test_look_up_is_one_query_and_its_entry(django_assert_num_queries):
    person, by = ResidentFactory(), actor()
    # Besides them the savepoint, which stands for the transaction here.
    with django_assert_num_queries(4):
        look_up(by=by, number=person.pk, purpose="clinic")
