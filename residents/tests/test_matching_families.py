"""Whatever number stands in a row, nobody is linked to somebody else: tried on families made to be mistaken for each other."""

from datetime import date
from itertools import product

import pytest

from residents.tests.factories import ResidentFactory
from residents.tests.sheets import matched

PHONE = "0912345678"
# (number, name, birth, sex, phone): twins with consecutive numbers, brothers and sisters a letter, a tone or a middle name apart,
# parents, namesakes born on one day, and people of whom only the year is known.
PEOPLE = [
    ("079190123456", "Nguyễn Thị Lan", date(1990, 8, 5), "F", PHONE),
    ("079190123457", "Nguyễn Thị Loan", date(1990, 8, 5), "F", PHONE),
    ("079190123485", "Nguyễn Thị Lân", date(1990, 8, 5), "F", PHONE),
    ("079190123475", "Nguyễn Mai Lan", date(1990, 8, 5), "F", PHONE),
    ("079090123456", "Nguyễn Văn Lân", date(1990, 8, 5), "M", PHONE),
    ("079190223456", "Nguyễn Thị Lan", date(1990, 5, 8), "F", "0900000001"),
    ("031190777777", "Nguyễn Thị Lan", date(1990, 8, 5), "F", "0987654321"),
    ("079192123456", "Nguyễn Thị Linh", date(1992, 8, 5), "F", PHONE),
    ("079165123456", "Nguyễn Thị Lan Anh", date(1965, 1, 1), "F", PHONE),
    ("079063123456", "Nguyễn Văn Lan", date(1963, 1, 1), "M", PHONE),
]


def rows_of(person, number):
    _own, name, born, sex, phone = person
    facts = {"name": name, "birth": f"{born:%d/%m/%Y}", "sex": sex, "phone": phone, "number": number}
    return [facts, facts | {"name": name.upper()}, facts | {"birth": str(born.year)}, facts | {"phone": ""}]


def tells_apart(row, person, other):
    """Whether anything in the row but its number says which of the two is meant."""
    is_year = len(row["birth"]) == 4
    same_birth = person[2].year == other[2].year if is_year else person[2] == other[2]
    return person[1] != other[1] or person[3] != other[3] or not same_birth


def slips(number):
    return [number, number[:-1], number[:10] + number[11] + number[10], number[:-1] + "9", number[3:], ""]


@pytest.mark.django_db
@pytest.mark.parametrize("left_out", [None, 0, 1, 6, 8])
def test_only_the_person_is_linked_whoever_is_not_registered(left_out):
    for place, (number, name, born, sex, phone) in enumerate(PEOPLE):
        if place != left_out:
            ResidentFactory(citizen_id=number, full_name=name, date_of_birth=born, sex=sex, phone=phone)
    registered = {person[0] for place, person in enumerate(PEOPLE) if place != left_out}
    cases = [
        (person, other, row)
        for person, other in product(PEOPLE, PEOPLE)
        for number in (slips(other[0]) if person == other else [other[0]])
        for row in rows_of(person, number)
        # Where one of two sisters is not registered, nothing could say that a row with the other's number is not hers, misspelt.
        if person == other or ({person[0], other[0]} <= registered and tells_apart(row, person, other))
    ]
    for (person, other, row), (found, band, _evidence, _rival) in zip(
        cases, matched(*(row for *_who, row in cases)), strict=True
    ):
        if band in ("same", "link"):
            assert found == person[0], (row, band)
        if other != person and other[0] in registered:
            assert (found, band) == (other[0], "disagrees"), row
        elif row["number"] == person[0] in registered:
            assert (found, band) == (person[0], "same"), row
