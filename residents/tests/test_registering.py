from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from residents.birth import read_birth
from residents.models import Resident
from residents.scan import read_card
from residents.services import AlreadyRegisteredError, NotIssuedError, register_from_card, register_resident
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry
from vaxreg.tests.factories import actor

BY = Actor.command("test")
CARD = read_card("001090123456|012345678|Nguyễn Văn A|01011990|Nam|Phường Bến Nghé, Quận 1|15042021")


def register(**facts):
    return register_resident(**{"by": BY, "source": "clinic", "full_name": "Trần Thị Đào", **facts})


@pytest.mark.django_db
def test_it_works():
    by, province = actor(), UnitFactory()
    person = register(
        by=by, number="079190000001", full_name=" Trần  Thi\u0323 Ðào", birth=read_birth("1990"), sex="F", phone="0912345678",
        address=" 12  Lê Lợi", province=province,
    )  # fmt: skip
    kept = Resident.objects.get()
    assert kept == person
    assert (kept.full_name, kept.address, str(kept.birth), kept.birth_precision) == (
        "Trần Thị Đào",
        "12 Lê Lợi",
        "1990",
        "Y",
    )
    assert (kept.province, kept.source, kept.verified_at, kept.name_key) == (province, "clinic", None, "dao thi tran")
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.resident, entry.object_id) == (
        by.user, "resident.registered", "079190000001", "079190000001",
    )  # fmt: skip


@pytest.mark.django_db
def test_name_whose_search_key_is_longer_than_itself_is_kept():
    person = register(number="079190000001", full_name="한" * 150)
    assert Resident.objects.get(folded_name__startswith=person.folded_name) == person
    assert len(person.name_key) == 450


@pytest.mark.django_db
def test_person_without_a_number_gets_provisional_ones_in_turn():
    first, second = register(), register()
    assert first.pk.startswith("T")
    assert int(second.pk[1:]) == int(first.pk[1:]) + 1
    assert len(first.pk) == 12


@pytest.mark.django_db
def test_provisional_number_of_somebody_elses_making_is_refused():
    with pytest.raises(NotIssuedError):
        register(number="T99999999999")


@pytest.mark.django_db
def test_registered_number_is_refused_with_the_person():
    person = ResidentFactory()
    with pytest.raises(AlreadyRegisteredError) as caught:
        register(number=person.pk)
    assert caught.value.resident == person
    assert Resident.objects.get().full_name == person.full_name


@pytest.mark.django_db
def test_older_number_is_refused_with_the_person_it_leads_to():
    person = ResidentFactory()
    alias = ResidentFactory(citizen_id="123456789", superseded_by=person)
    with pytest.raises(AlreadyRegisteredError) as caught:
        register(number=alias.pk)
    assert caught.value.resident == person


@pytest.mark.django_db
def test_other_violations_are_not_taken_for_a_registered_number():
    with pytest.raises(IntegrityError, match="resident_sex"):
        register(number="079190000001", sex="X")


@pytest.mark.django_db
def test_card_registers_its_holder_under_both_numbers():
    person = register_from_card(by=BY, card=CARD, source="checkpoint", phone="0912345678")
    assert (person.full_name, str(person.birth), person.sex, person.phone) == (
        "Nguyễn Văn A",
        "01/01/1990",
        "M",
        "0912345678",
    )
    assert person.verified_at is not None
    assert sorted(person.numbers) == ["001090123456", "012345678"]


@pytest.mark.django_db
def test_holder_of_the_old_number_becomes_one_with_the_card():
    ResidentFactory(citizen_id="012345678", full_name="NGUYEN VAN A", date_of_birth="1990-01-01", phone="0912345678")
    person = register_from_card(by=BY, card=CARD, source="checkpoint")
    assert sorted(person.numbers) == ["001090123456", "012345678"]
    assert Resident.objects.get(pk=person.pk).phone == "0912345678"


@pytest.mark.django_db
def test_old_number_of_somebody_else_is_left_to_them():
    other = ResidentFactory(citizen_id="012345678", full_name="Lê Thị Bốn")
    person = register_from_card(by=BY, card=CARD, source="checkpoint")
    assert (person.numbers, other.numbers) == (["001090123456"], ["012345678"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "joined_unasked", "joined_if_confirmed"),
    [
        ({"date_of_birth": None, "birth_precision": "U"}, False, True),
        ({"birth_precision": "Y"}, True, True),
        ({"birth_precision": "Y", "sex": "F"}, False, False),
        ({"date_of_birth": "1989-01-01"}, False, False),
    ],
)
@pytest.mark.parametrize("is_holder", [False, True])
def test_holder_of_the_old_number_is_joined_only_when_surely_the_same(
    facts, joined_unasked, joined_if_confirmed, is_holder
):
    kept = {"date_of_birth": "1990-01-01", "sex": "", **facts}
    ResidentFactory(citizen_id="012345678", full_name="Nguyễn Văn A", **kept)
    person = register_from_card(by=BY, card=CARD, source="checkpoint", is_holder=is_holder)
    joined = joined_if_confirmed if is_holder else joined_unasked
    assert ("012345678" in person.numbers) is joined
    assert str(person.birth) == "01/01/1990"


@pytest.mark.django_db(transaction=True)
def test_of_two_desks_at_the_same_moment_one_registers_and_the_other_gets_the_person():
    both_ready = Barrier(2)

    def desk(name):
        try:
            both_ready.wait(timeout=10)
            return register(number="079190000001", full_name=name)
        except AlreadyRegisteredError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as desks:
        answers = list(desks.map(desk, ["Trần Thị Đào", "Trần Đào"]))
    (winner,) = [answer for answer in answers if isinstance(answer, Resident)]
    (loser,) = [answer for answer in answers if isinstance(answer, AlreadyRegisteredError)]
    assert loser.resident == winner
    assert loser.resident.full_name == winner.full_name
    assert AuditEntry.objects.filter(action="resident.registered").count() == 1
