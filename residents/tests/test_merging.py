"""Two records of one person become one, and two again exactly."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from residents.holding import ChangedMeanwhileError
from residents.merging.services import (
    DependedUponError,
    LeadsElsewhereError,
    MergeUndoneError,
    SamePersonError,
    TwoCitizenIdsError,
    merge,
    undo_merge,
)
from residents.models import DuplicatePair, Merge, Resident
from residents.services import correct_number, update_resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
BY = Actor.command("test")
A, B, C, OLD = "079090000001", "T00000000001", "T00000000002", "123456789"
FACTS = [column.attname for column in Resident._meta.concrete_fields]


@pytest.fixture
def people():
    """A of the population database, and B whom a clinic registered without a number and knows more of."""
    kept = ResidentFactory(
        citizen_id=A, full_name="Trần Thị Đào", date_of_birth="1990-01-01", birth_precision="Y", sex=""
    )
    province = UnitFactory()
    facts = {"sex": "F", "phone": "0912345678", "province": province, "ward": UnitFactory(parent=province)}
    dropped = ResidentFactory(citizen_id=B, full_name="Trần Thi Đào", **facts)
    ResidentFactory(citizen_id=OLD, superseded_by=dropped)
    return kept, dropped


def merged(keep, drop, **facts):
    return merge(by=BY, keep=keep, drop=drop, **{"reason": "cùng thẻ và điện thoại"} | facts)


def undone(made, **facts):
    return undo_merge(by=BY, merge=made, **{"reason": "hai người khác nhau"} | facts)


def rows():
    """The whole registry, to the letter."""
    return list(Resident.objects.order_by("pk").values_list(*FACTS))


def leads_to():
    return dict(Resident.objects.values_list("pk", "superseded_by"))


def test_every_number_leads_to_the_person_kept_who_learns_what_they_lacked(people):
    kept, dropped = people
    merged(kept, dropped)
    assert leads_to() == {A: None, B: A, OLD: A}
    person = Resident.objects.get(pk=A)
    assert (person.full_name, str(person.birth), person.phone) == ("Trần Thị Đào", "05/03/1990", "0912345678")
    assert (person.sex, person.province, person.ward) == ("F", dropped.province, dropped.ward)


def test_what_contradicts_is_not_taken_over(people):
    _kept, dropped = people
    Resident.objects.filter(pk=A).update(date_of_birth="1991-01-01", sex="M", province=UnitFactory())
    merged(Resident.objects.get(pk=A), dropped)
    person = Resident.objects.get(pk=A)
    assert (str(person.birth), person.sex, person.ward) == ("1991", "M", None)


def test_undone_to_the_letter(people):
    before = rows()
    made = merged(*people)
    assert rows() != before
    undone(made)
    assert rows() == before
    assert (Merge.objects.get().undo_reason, Merge.objects.standing().exists()) == ("hai người khác nhau", False)


def test_what_was_corrected_since_stays_corrected(people):
    made = merged(*people)
    update_resident(by=BY, resident=people[0], phone="0987654321", address="12 Lê Lợi")
    undone(made)
    person = Resident.objects.get(pk=A)
    assert (person.phone, person.address, person.sex, str(person.birth)) == ("0987654321", "12 Lê Lợi", "", "1990")


@pytest.mark.parametrize(
    ("keep", "drop", "error"),
    [(A, A, SamePersonError), (A, OLD, LeadsElsewhereError), (OLD, A, LeadsElsewhereError), (B, OLD, SamePersonError)],
)
def test_records_that_are_nobodys_own_are_refused(people, keep, drop, error):
    before = rows()
    with pytest.raises(error):
        merged(Resident.objects.get(pk=keep), Resident.objects.get(pk=drop))
    assert rows() == before


def test_two_citizen_ids_need_a_second_reason(people):
    kept, other = people[0], ResidentFactory(citizen_id="079090000009")
    with pytest.raises(TwoCitizenIdsError):
        merged(kept, other)
    assert merged(kept, other, second_reason="công an xã xác nhận số này cấp nhầm").second_reason


def test_merged_once_and_undone_once(people):
    made = merged(*people)
    with pytest.raises(SamePersonError):
        merged(*people)
    undone(made)
    with pytest.raises(MergeUndoneError):
        undone(made)
    merged(*people)
    assert Merge.objects.standing().count() == 1


def test_merged_again_is_undone_from_the_last_to_the_first(people):
    before = rows()
    first = merged(*people)
    other = ResidentFactory(citizen_id=C, full_name="Trần Thị Đào")
    between = rows()
    second = merged(other, Resident.objects.get(pk=A))
    assert leads_to() == {A: C, B: C, OLD: C, C: None}
    with pytest.raises(DependedUponError) as refused:
        undone(first)
    assert len(refused.value.hindrances) == 1
    undone(second)
    assert rows() == between
    undone(first)
    assert [row for row in rows() if row[0] != C] == before


def test_number_corrected_since_is_corrected_back_first(people):
    before = rows()
    made = merged(*people)
    correct_number(by=BY, resident=people[0], new_number=B, reason="nhầm số")
    with pytest.raises(DependedUponError):
        undone(made)
    correct_number(by=BY, resident=people[0], new_number=A, reason="số cũ đúng")
    undone(made)
    assert rows() == before


def test_number_corrected_to_somebodys_is_a_merge_that_can_be_undone(people):
    kept, dropped = people
    Resident.objects.filter(pk=B).update(full_name=kept.full_name)
    before = rows()
    correct_number(by=BY, resident=dropped, new_number=A, reason="có thẻ", is_confirmed=True)
    made = Merge.objects.get()
    assert (made.kept, made.dropped, leads_to()) == (A, B, {A: None, B: A, OLD: A})
    undone(made)
    assert rows() == before


def test_a_proposed_pair_is_settled_and_open_again(people):
    facts = {"band": "likely", "score": 20, "evidence": []}
    pair = DuplicatePair.objects.create(person_a_id=A, person_b_id=B, **facts)
    made = merged(*people)
    pair.refresh_from_db()
    assert (pair.status, made.pair) == ("same", pair)
    undone(made)
    pair.refresh_from_db()
    assert pair.status == "open"


def test_both_acts_are_in_the_history_of_both_numbers(people):
    undone(merged(*people))
    entries = AuditEntry.objects.order_by("pk").values_list("action", "resident")
    assert list(entries) == [(act, number) for act in ("resident.merged", "resident.parted") for number in (A, B)]


def test_the_database_lets_nobody_rewrite_a_merge(people):
    merged(*people)
    for change in (lambda: Merge.objects.update(reason="x"), lambda: Merge.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_of_two_that_merge_the_same_records_at_once_one_succeeds(people):
    both_ready = Barrier(2)

    def merge_one(keep, drop):
        both_ready.wait(timeout=10)
        try:
            return merged(keep, drop)
        except ChangedMeanwhileError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as desks:
        answers = list(desks.map(merge_one, people, people[::-1]))
    assert {type(answer) for answer in answers} == {Merge, ChangedMeanwhileError}
    made = Merge.objects.get()
    assert leads_to() == {made.kept: None, made.dropped: made.kept, OLD: made.kept}
