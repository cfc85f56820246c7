"""People who are in the registry twice are proposed, never joined; the search goes on wherever it was cut off."""

from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError

from residents import duplicates
from residents.duplicates import find_duplicates, search_slice
from residents.models import DuplicatePair, DuplicateSearch, Resident
from residents.tests.factories import ResidentFactory, UnitFactory
from residents.tests.sheets import KEPT
from vaxreg.actors import Actor
from vaxreg.models import AuditEntry

pytestmark = pytest.mark.django_db
COMMAND = Actor.command("test")
LAN = KEPT["citizen_id"]


def found(size=100):
    for _search in find_duplicates(by=COMMAND, size=size):
        pass
    return list(
        DuplicatePair.objects.order_by("person_a", "person_b").values_list("person_a_id", "person_b_id", "band")
    )


# The second record of one person: what differs from the first, and how the pair is called.
TWICE = [
    ({"citizen_id": "T00000000001"}, "likely"),
    ({"citizen_id": "T00000000001", "phone": ""}, "possible"),
    ({"citizen_id": "123456789", "phone": "0987654321"}, "possible"),
    ({"citizen_id": "079190123465", "phone": ""}, "likely"),
    ({"citizen_id": "079190123457"}, "likely"),
    ({"citizen_id": "031190777777"}, "likely"),
    ({"citizen_id": "031190777777", "full_name": "Lan Nguyễn"}, "likely"),
    ({"citizen_id": "031190777777", "full_name": "NGUYEN VAN LAN"}, "likely"),
    ({"citizen_id": "031190777777", "date_of_birth": date(1980, 8, 1)}, "likely"),
    ({"citizen_id": "031190777777", "date_of_birth": date(1990, 1, 1)}, "likely"),
    ({"citizen_id": "031190777777", "sex": "M"}, "likely"),
    ({"citizen_id": "031190777777", "full_name": "Nguyễn Thị Lanh"}, "possible"),
]
# Two people, however much they have in common.
DIFFERENT = [
    ({"citizen_id": "031190777777", "phone": "0987654321"}, None),
    ({"citizen_id": "031190777777", "phone": ""}, None),
    ({"citizen_id": "079190123457", "full_name": "Nguyễn Thị Hoa"}, None),
    ({"citizen_id": "079090123456", "full_name": "Nguyễn Văn Hùng", "sex": "M"}, None),
    ({"citizen_id": "079165123456", "full_name": "Trần Thị Mai", "date_of_birth": date(1965, 2, 3)}, None),
    # Twins a letter or a tone apart are looked at, and are not called likely.
    ({"citizen_id": "079190123457", "full_name": "Nguyễn Thị Loan"}, "possible"),
    ({"citizen_id": "079190123457", "full_name": "Nguyễn Thị Lân"}, "possible"),
    ({"citizen_id": "079190123457", "full_name": "Trần Thị Lan"}, "possible"),
]


@pytest.mark.parametrize(("differing", "band"), TWICE + DIFFERENT)
def test_pair_is_called(differing, band):
    ResidentFactory(**KEPT)
    other = ResidentFactory(**KEPT | differing)
    low, high = sorted([LAN, other.pk])
    assert found() == ([(low, high, band)] if band else [])


# In the register of a province, where no more can be meant; of the whole country somebody must look.
@pytest.mark.parametrize(("registered", "band"), [(900_000, "likely"), (90_000_000, "possible")])
def test_record_without_a_citizen_id_and_phone_is_likely_in_the_same_province_of_few(registered, band, monkeypatch):
    monkeypatch.setattr(duplicates, "_count_names", lambda: registered)
    home = {"province": UnitFactory()}
    ResidentFactory(**KEPT | home)
    ResidentFactory(**KEPT | home | {"citizen_id": "T00000000001", "phone": ""})
    assert [found_band for _a, _b, found_band in found()] == [band]


@pytest.mark.parametrize(("others", "band"), [(49, "likely"), (48, "possible")])
def test_given_name_that_hardly_anybody_has_is_a_slip_of_a_common_one(others, band):
    ResidentFactory(**KEPT)
    ResidentFactory(**KEPT | {"citizen_id": "031190777777", "full_name": "Nguyễn Thị Lanh"})
    ResidentFactory.create_batch(others, full_name="Trần Thị Lan")
    assert [found_band for a, _b, found_band in found() if a == "031190777777"] == [band]


def test_old_numbers_of_a_person_are_no_second_person():
    lan = ResidentFactory(**KEPT)
    ResidentFactory(**KEPT | {"citizen_id": "123456789", "superseded_by": lan})
    assert found() == []


def people(count=12):
    for place in range(count):
        ResidentFactory(
            **KEPT | {"citizen_id": f"{'T' if place % 2 else '0'}{place:011d}", "phone": f"09{place // 2:08d}"}
        )


@pytest.fixture
def alone(monkeypatch):
    """No work list is fed from the pairs, which then can be found anew."""
    monkeypatch.setattr(duplicates, "FOLLOWERS", [])


def test_slices_change_nothing(alone):
    people()
    whole = found()
    assert len(whole) >= 6
    DuplicatePair.objects.all().delete()
    assert found(size=1) == whole
    DuplicatePair.objects.all().delete()
    assert found(size=5) == whole


def test_search_that_was_cut_off_goes_on_after_its_last_slice(monkeypatch, alone):
    people()
    whole = found()
    DuplicatePair.objects.all().delete()
    search = next(find_duplicates(by=COMMAND, size=5))
    assert (search.people, search.finished_at) == (5, None)
    with monkeypatch.context() as patch:
        patch.setattr(duplicates, "PROPOSE", "SELECT 1 / 0")
        with pytest.raises(DatabaseError):
            search_slice(by=COMMAND, search=search, size=5)
    assert found(size=5) == whole
    search.refresh_from_db()
    assert search.people == 12
    assert search.finished_at is not None


def test_pair_that_was_decided_stays_decided_and_is_not_found_again():
    ResidentFactory(**KEPT)
    ResidentFactory(**KEPT | {"citizen_id": "T00000000001"})
    found()
    DuplicatePair.objects.update(status="different", score=1)
    found()
    [pair] = DuplicatePair.objects.all()
    assert (pair.status, pair.score) == ("different", 1)
    assert [search.pairs for search in DuplicateSearch.objects.order_by("pk")] == [1, 0]


def test_open_pair_follows_what_the_records_say_now():
    ResidentFactory(**KEPT)
    double = ResidentFactory(**KEPT | {"citizen_id": "T00000000001"})
    found()
    Resident.objects.filter(pk=double.pk).update(phone="")
    assert found() == [(LAN, double.pk, "possible")]


def test_search_is_in_the_audit_trail_by_its_numbers_alone():
    ResidentFactory(**KEPT)
    ResidentFactory(**KEPT | {"citizen_id": "T00000000001"})
    found()
    [entry] = AuditEntry.objects.filter(action="duplicates.searched")
    assert entry.changes == {"people": 2, "pairs": 1}


def test_command_says_how_far_it_is(capsys):
    people(4)
    call_command("find_duplicates", "--slice", "3")
    assert "4 trong số 4 người, 6 cặp mới" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ((LAN, "T00000000001"), (LAN, "T00000000001"), "duplicatepair_once"),
        ((LAN, "T00000000001"), ("T00000000001", LAN), "duplicatepair_in_order"),
    ],
)
def test_pair_is_kept_once_and_in_order(first, second, name):
    facts = {"band": "likely", "score": 10, "evidence": ["name"]}
    DuplicatePair.objects.create(person_a_id=first[0], person_b_id=first[1], **facts)
    with pytest.raises(IntegrityError, match=name):
        DuplicatePair.objects.create(person_a_id=second[0], person_b_id=second[1], **facts)


def test_there_is_one_search_at_a_time():
    DuplicateSearch.objects.create()
    with pytest.raises(IntegrityError, match="duplicatesearch_one_at_a_time"):
        DuplicateSearch.objects.create()
