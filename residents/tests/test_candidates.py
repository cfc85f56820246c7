"""Whom a desk's typed facts may mean: the rule of the sheets, in words."""

from datetime import date

import pytest
from django.utils import translation

from residents.birth import read_birth
from residents.evidence import AGAINST, EVIDENCE
from residents.matching import Band, Facts, candidates
from residents.models import Resident
from residents.tests.factories import ResidentFactory
from residents.tests.sheets import KEPT

pytestmark = pytest.mark.django_db
TYPED = Facts("079 190 123456", "nguyen thi lan", read_birth("15/08/1990"), "F", "0912345678")


def test_person_of_the_number_comes_first_and_others_after_by_likeness():
    lan = ResidentFactory(**KEPT)
    double = ResidentFactory(**KEPT | {"citizen_id": "T00000000001", "phone": ""})
    likelier = ResidentFactory(**KEPT | {"citizen_id": "079190123467"})
    # A person settled by the number is settled: nobody else is looked for.
    assert [found.resident for found in candidates(TYPED)] == [lan]
    slip = Facts("079190123465", TYPED.full_name, TYPED.birth, TYPED.sex, TYPED.phone)
    found = candidates(slip)
    assert [candidate.resident for candidate in found] == [lan, likelier, double]
    assert {candidate.band for candidate in found} == {Band.DOUBTFUL}
    assert [candidate.resident for candidate in candidates(slip, most=2)] == [lan, likelier]


def test_only_people_whom_the_caller_may_show_are_shown():
    ResidentFactory(**KEPT)
    assert candidates(TYPED, among=Resident.objects.none()) == []


def test_nothing_typed_finds_nobody():
    ResidentFactory(**KEPT)
    assert candidates(Facts()) == []
    assert candidates(Facts(number="%", full_name="'; --")) == []


def test_evidence_is_told_in_the_readers_language():
    ResidentFactory(**KEPT | {"date_of_birth": date(1990, 8, 16), "phone": ""})
    [found] = candidates(TYPED)
    with translation.override("en"):
        assert [str(reason) for reason in found.reasons] == [
            "same number",
            "same name",
            "one digit of the date of birth differs",
            "same sex",
        ]
    with translation.override("vi"):
        assert str(found.reasons[0]) == "trùng số"


def test_desk_asks_one_statement_for_the_candidates_and_one_for_the_people(django_assert_num_queries):
    ResidentFactory(**KEPT)
    # Besides, a savepoint and the planner's settings, set and set back.
    with django_assert_num_queries(2 + 5):
        candidates(TYPED)


def test_every_code_weighs_as_its_words_say():
    for code, evidence in EVIDENCE.items():
        if code in AGAINST and code.endswith("-other"):
            assert evidence.weight < 0
    assert EVIDENCE["number"].weight > EVIDENCE["number-transposed"].weight > EVIDENCE["number-digit"].weight
    assert EVIDENCE["name"].weight > EVIDENCE["name-order"].weight > EVIDENCE["name-tone"].weight
    assert EVIDENCE["birth"].weight > EVIDENCE["birth-swapped"].weight > EVIDENCE["birth-year"].weight
