"""Every number a person ever had leads to them in one step."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from residents.birth import read_birth
from residents.holding import ChangedMeanwhileError
from residents.models import Resident
from residents.services import (
    NotIssuedError,
    NumberOfAnotherPersonError,
    add_alias,
    correct_number,
    register_resident,
)
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
BY = Actor.command("test")
A, B, C = "079090000001", "079090000002", "079090000003"


def correct(person, number):
    return correct_number(by=BY, resident=person, new_number=number, reason="mistyped")


def leads_to():
    return dict(Resident.objects.values_list("pk", "superseded_by"))


def test_corrected_number_is_a_new_row_to_which_the_old_one_leads():
    province = UnitFactory()
    person = ResidentFactory(citizen_id=A, full_name="Trần Thị Đào", phone="0912345678", province=province)
    right = correct(person, B)
    assert leads_to() == {A: B, B: None}
    kept = Resident.objects.get(pk=B)
    assert (kept.full_name, kept.phone, kept.birth, kept.province) == (
        "Trần Thị Đào",
        "0912345678",
        person.birth,
        province,
    )
    assert (right.pk, kept.verified_at) == (B, None)


def test_older_numbers_are_pointed_anew_so_that_following_is_one_step():
    person = ResidentFactory(citizen_id=A)
    ResidentFactory(citizen_id="123456789", superseded_by=person)
    correct(correct(person, B), C)
    assert leads_to() == {A: C, B: C, "123456789": C, C: None}


def test_all_numbers_lead_to_the_person_in_one_query(django_assert_num_queries):
    person = correct(correct(ResidentFactory(citizen_id=A), B), C)
    for number in (A, B, C):
        with django_assert_num_queries(1):
            assert Resident.objects.by_number(number).get() == person
        with django_assert_num_queries(1):
            assert sorted(Resident.objects.numbers_of(number)) == [A, B, C]
    assert sorted(Resident.objects.get(pk=A).numbers) == [A, B, C]
    assert list(Resident.objects.current()) == [person]


def test_unknown_number_leads_to_nobody():
    ResidentFactory(citizen_id=A)
    assert not Resident.objects.by_number(B).exists()
    assert list(Resident.objects.numbers_of(B)) == []


def test_correction_of_an_older_number_corrects_the_person():
    correct(ResidentFactory(citizen_id=A), B)
    correct(Resident.objects.get(pk=A), C)
    assert leads_to() == {A: C, B: C, C: None}


def test_mistaken_correction_is_undone_with_what_was_learnt_since():
    person = correct(ResidentFactory(citizen_id=A), B)
    Resident.objects.filter(pk=B).update(phone="0912345678")
    person = correct(person, A)
    assert leads_to() == {A: None, B: A}
    assert Resident.objects.get(pk=A).phone == "0912345678"


def test_person_registered_twice_becomes_one():
    ResidentFactory(citizen_id=A, full_name="Trần Thị Đào", date_of_birth="1990-01-01", birth_precision="Y")
    ResidentFactory(citizen_id="123456789", superseded_by_id=A)
    twin = register_resident(
        by=BY, source="clinic", full_name="Đào Trần Thị", birth=read_birth("05/03/1990"), phone="0912345678"
    )
    correct(twin, A)
    assert leads_to() == {A: None, "123456789": A, twin.pk: A}
    person = Resident.objects.get(pk=A)
    assert (person.full_name, str(person.birth), person.phone) == ("Trần Thị Đào", "05/03/1990", "0912345678")


@pytest.mark.parametrize(
    "facts",
    [
        {"full_name": "Lê Ba"},
        {"full_name": "Trần Thị Đào", "date_of_birth": "1991-03-05"},
        {"full_name": "Trần Thị Đào", "sex": "F"},
        {"full_name": "Trần Thị Đào", "date_of_birth": None, "birth_precision": "U"},
    ],
)
def test_number_of_somebody_else_is_refused(facts):
    person = ResidentFactory(citizen_id=A, full_name="Trần Thị Đào")
    ResidentFactory(citizen_id=B, **facts)
    for change in (lambda: correct(person, B), lambda: add_alias(by=BY, resident=person, number=B)):
        with pytest.raises(NumberOfAnotherPersonError):
            change()
    assert leads_to() == {A: None, B: None}


@pytest.mark.parametrize("change", [correct_number, add_alias])
def test_number_of_somebody_of_unknown_birth_is_joined_once_confirmed(change):
    person = ResidentFactory(citizen_id=A, full_name="Trần Thị Đào")
    ResidentFactory(citizen_id=B, full_name="Trần Thị Đào", date_of_birth=None, birth_precision="U")
    number = {"new_number": B, "reason": "same"} if change is correct_number else {"number": B}
    joined = change(by=BY, resident=person, is_confirmed=True, **number)
    assert sorted(joined.numbers) == [A, B]
    assert str(Resident.objects.current().get().birth) == "05/03/1990"


def test_wrong_number_without_a_right_one_becomes_provisional():
    person = correct(ResidentFactory(citizen_id=A), None)
    assert person.pk.startswith("T")
    assert leads_to() == {A: person.pk, person.pk: None}


def test_made_up_provisional_number_is_refused():
    person = ResidentFactory()
    with pytest.raises(NotIssuedError):
        correct(person, "T99999999999")
    with pytest.raises(NotIssuedError):
        add_alias(by=BY, resident=person, number="T99999999999")


def test_same_number_changes_nothing():
    person = ResidentFactory(citizen_id=A)
    assert correct(person, A) == person
    assert add_alias(by=BY, resident=person, number=A) == person
    assert not AuditEntry.objects.exists()


def test_correction_is_audited_under_the_right_number():
    correct(ResidentFactory(citizen_id=A), B)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resident) == ("resident.number_corrected", B)
    assert entry.changes == {"number": [A, B], "reason": "mistyped", "merged": False}


def test_alias_leads_to_the_person_and_is_audited():
    person = ResidentFactory(citizen_id=A)
    add_alias(by=BY, resident=person, number="123456789")
    assert leads_to() == {A: None, "123456789": A}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.resident) == ("resident.alias_added", A)
    assert entry.changes == {"number": "123456789", "merged": False}


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_the_same_moment_leave_one_step_to_follow():
    ResidentFactory(citizen_id=A, full_name="Trần Thị Đào")
    ResidentFactory(citizen_id=B, full_name="Trần Thị Đào")
    both_ready = Barrier(2)

    def correct_one(old, new):
        person = Resident.objects.get(pk=old)
        both_ready.wait(timeout=10)
        try:
            return correct_number(by=BY, resident=person, new_number=new, reason="same", is_confirmed=True)
        except ChangedMeanwhileError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as desks:
        answers = list(desks.map(correct_one, [A, B], [B, A]))
    finals = [number for number, lead in leads_to().items() if lead is None]
    assert len(finals) == 1
    assert any(isinstance(answer, Resident) for answer in answers)


def test_two_citizen_ids_are_never_joined_unasked():
    person = ResidentFactory(citizen_id=A, full_name="Trần Thị Đào")
    ResidentFactory(citizen_id=B, full_name="Trần Thị Đào")
    with pytest.raises(NumberOfAnotherPersonError):
        correct(person, B)
    assert leads_to() == {A: None, B: None}
