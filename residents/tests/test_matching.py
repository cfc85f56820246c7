"""Who a row is: each mistake that the sheets of 2021-22 made, and each way a rule of likeness can be led to the wrong person.

Sources of the mistakes: the ministry's figures of March 2022 (no ID, malformed ID, disagreement in name, birth, sex or number)
and its cleaning procedure 2262/BYT-CNTT of 4 May 2022; complaints 4 to 6 and 29 of 2021 (wrong person, shared phones, twins).
"""

from datetime import date

import pytest
from django.db import connection

from residents.matching import match
from residents.tests.factories import ResidentFactory, UnitFactory
from residents.tests.sheets import KEPT, WRITTEN, answers, band_of, matched, stage

pytestmark = pytest.mark.django_db
LAN = KEPT["citizen_id"]


@pytest.fixture
def lan():
    return ResidentFactory(**KEPT)


@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize(
    "written",
    [
        {},
        {"name": "NGUYEN THI LAN"},
        {"name": "Lan Nguyễn Thị"},
        {"name": "NguyễnThịLan"},
        {"birth": "1990"},
        {"birth": "08/1990"},
        {"sex": ""},
        {"phone": "0987654321"},
    ],
)
def test_exact_number_with_agreeing_name_and_birth_is_the_same_person(written):
    [(person, band, _evidence, rival)] = matched(written)
    assert (person, band, rival) == (LAN, "same", None)


# One mistake at a time: the row, and what is said of it.
ONE_MISTAKE = [
    ({"name": "Nguyễn Lan"}, "name-part"),
    ({"name": "Bà Nguyễn Thị Lan"}, "name-part"),
    ({"name": "Nguyễn Thị Lanh"}, "name-given"),
    ({"name": "Nguyễn Thị Loan"}, "name-given"),
    ({"name": "Nguyển Thị Lân"}, "name-tone"),
    ({"name": "Nguyễn Thj Lan"}, "name-letter"),
    ({"name": "Trần Thị Lan"}, "name-word"),
    ({"name": "Nguyễn Văn Lan"}, "name-middle"),
    ({"name": "Nguyeenx Thij Lan"}, "name-garbled"),
    ({"name": "Nguy?n Th? Lan"}, "name-garbled"),
    ({"name": "N. T. Lan"}, "name-initials"),
    ({"name": "Nguyễn"}, "name-scrap"),
    ({"birth": "08/12/1990"}, "birth-near"),
    ({"birth": "01/01/1990"}, "birth-0101"),
    ({"birth": "15/08/1980"}, "birth-digit"),
    ({"birth": "01/08/1980"}, "birth-decade"),
    ({"birth": "15/03/1990"}, "birth-digit"),
    ({"birth": "1980"}, "birth-near"),
    ({"birth": ""}, "number"),
    ({"sex": "M"}, "sex-other"),
    ({"number": "O79I90123456"}, "number-letter"),
    ({"number": "79190123456"}, "number-zero"),
    ({"number": "079190124356"}, "number-transposed"),
    ({"number": "079190123457"}, "number-digit"),
    ({"number": "0791901O3456"}, "number-digit"),
    ({"number": "07919012345"}, "number-lost"),
    ({"number": "0791901123456"}, "number-added"),
    ({"number": "0791901234560"}, "number-added"),
    ({"number": "190123456"}, "number-part"),
    ({"number": ""}, "phone"),
    ({"number": "123456789"}, "phone"),
]


@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize(("written", "code"), ONE_MISTAKE)
def test_one_mistake_is_seen_through(written, code):
    [(person, band, evidence, _rival)] = matched(written)
    assert (person, band) == (LAN, "link")
    assert code in evidence


@pytest.mark.usefixtures("lan")
def test_day_and_month_that_changed_places_are_seen_through():
    other = ResidentFactory(**KEPT | {"citizen_id": "079190000001", "date_of_birth": date(1990, 3, 5), "phone": ""})
    [(person, band, evidence, _rival)] = matched({"number": other.pk, "birth": "03/05/1990"})
    assert (person, band) == (other.pk, "link")
    assert "birth-swapped" in evidence


def test_slips_in_number_and_birth_at_once_need_the_phone():
    ResidentFactory(**KEPT | {"date_of_birth": date(1990, 3, 5)})
    slips = {"number": "079190124356", "birth": "03/05/1990"}
    assert [band for _person, band, *_rest in matched(slips, slips | {"phone": ""})] == ["link", "doubtful"]


# The number is right and is somebody's, but the row is hardly of its holder: category three of the ministry's procedure.
@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize(
    "written",
    [
        {"name": "Trần Văn Hùng", "birth": "03/02/1971", "sex": "M", "phone": ""},
        # The phone of the row above was pasted with its number.
        {"name": "Trần Văn Hùng", "birth": "03/02/1971", "sex": "M"},
        {"name": "Nguyễn Thị Lan", "birth": "03/02/1971"},
        # A brother, a sister, a twin, a mother.
        {"name": "Nguyễn Văn Hùng", "birth": "15/08/1990", "sex": "M"},
        {"name": "Nguyễn Thị Hoa", "birth": "15/08/1990"},
        {"name": "Nguyễn Thị Loan", "birth": "02/03/1992"},
        {"name": "Nguyễn Thị Lân", "birth": "20/11/1965"},
        {"name": "Nguyễn Văn Lan", "birth": "20/10/1990", "sex": "M"},
    ],
)
def test_number_of_another_person_is_never_a_link(written):
    [(person, band, _evidence, _rival)] = matched(written)
    assert (person, band) == (LAN, "disagrees")


# Nobody of the registry is meant: whoever comes nearest must not be linked.
@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize(
    ("written", "band"),
    [
        # Namesakes born the same day: 13 million pairs at national size.
        ({"number": "031190777777", "phone": "0987654321"}, "none"),
        ({"number": "", "phone": "0987654321"}, "doubtful"),
        ({"number": "", "phone": ""}, "doubtful"),
        # As much as can agree, but another citizen ID.
        ({"number": "031190777777"}, "doubtful"),
        # Twins: consecutive numbers, one phone, names a letter, a tone or a word apart.
        ({"number": "079190123457", "name": "Nguyễn Thị Loan"}, "doubtful"),
        ({"number": "079190123457", "name": "Nguyễn Thị Lân"}, "doubtful"),
        ({"number": "079190123457", "name": "Nguyễn Thị Hoa"}, "doubtful"),
        ({"number": "079190123457", "name": "Nguyễn Mai Lan"}, "doubtful"),
        ({"number": "", "name": "Nguyễn Thị Loan"}, "doubtful"),
        # A family's phone and nothing else.
        ({"number": "", "name": "Nguyễn Văn Hùng", "birth": "03/02/1971", "sex": "M"}, "none"),
        ({"number": "079190123457", "name": "Trần Văn Hùng", "birth": "03/02/1971", "sex": "M", "phone": ""}, "none"),
        # Too little: a year, a sex that contradicts, 1 January.
        ({"number": "", "birth": "1990"}, "doubtful"),
        ({"number": "", "sex": "M"}, "doubtful"),
        ({"number": "079190123457", "birth": "1990", "phone": ""}, "doubtful"),
        ({"number": "", "name": ""}, "doubtful"),
    ],
)
def test_somebody_else_is_never_a_link(written, band):
    assert band_of(**written) == band


def test_first_of_january_is_worth_no_more_than_the_year():
    ResidentFactory(**KEPT | {"date_of_birth": date(1990, 1, 1)})
    assert band_of(number="", birth="01/01/1990") == "doubtful"
    assert band_of(birth="01/01/1990") == "same"


def test_twin_whose_number_was_typed_in_place_of_the_others_is_not_linked(lan):
    twin = ResidentFactory(**KEPT | {"citizen_id": "079190123457", "full_name": "Nguyễn Thị Loan"})
    tonal = ResidentFactory(**KEPT | {"citizen_id": "079190123458", "full_name": "Nguyễn Thị Lân"})
    shorter = ResidentFactory(**KEPT | {"citizen_id": "079190123459", "full_name": "Nguyễn Lan"})
    rows = matched({"name": "Nguyễn Thị Loan"}, {"name": "Nguyễn Thị Lân"}, {"name": "Nguyễn Lan"})
    assert [(person, band, rival) for person, band, _evidence, rival in rows] == [
        (lan.pk, "disagrees", twin.pk),
        (lan.pk, "disagrees", tonal.pk),
        (lan.pk, "disagrees", shorter.pk),
    ]


def test_row_without_a_number_that_fits_two_people_is_doubtful(lan):
    double = ResidentFactory(**KEPT | {"citizen_id": "T00000000007"})
    [(person, band, _evidence, rival)] = matched({"number": ""})
    assert (person, band, rival) == (lan.pk, "doubtful", double.pk)


def test_slip_of_a_number_that_is_somebodys_is_theirs_to_dispute(lan):
    other = ResidentFactory(**KEPT | {"citizen_id": "079190124356", "full_name": "Lê Thị Mai", "phone": ""})
    [(person, band, _evidence, rival)] = matched({"number": other.pk})
    assert (person, band, rival) == (other.pk, "disagrees", lan.pk)


def test_old_number_leads_to_the_person_under_their_present_one(lan):
    ResidentFactory(**KEPT | {"citizen_id": "123456789", "superseded_by": lan})
    exact, slipped = matched({"number": "123456789"}, {"number": "123465789", "phone": ""})
    assert exact[:2] == (lan.pk, "same")
    assert slipped[:2] == (lan.pk, "link")
    assert "number-transposed" in slipped[2]


def test_person_without_a_citizen_id_is_found_by_name_birth_and_phone():
    provisional = ResidentFactory(**KEPT | {"citizen_id": "T00000000001"})
    # Their first citizen ID, which the registry does not know yet.
    assert matched({"number": "079190123456"})[0][:2] == (provisional.pk, "link")
    assert matched({"number": "079190123456", "phone": ""})[0][:2] == (provisional.pk, "doubtful")


@pytest.mark.parametrize(
    ("written", "evidence"),
    [
        ({"number": "", "phone": ""}, {"name", "birth", "sex", "ward"}),
        ({"number": "031190777777"}, {"number-other", "name", "birth", "sex", "phone", "ward"}),
    ],
)
def test_ward_is_evidence_but_not_in_place_of_a_phone_nor_against_another_number(written, evidence):
    province = UnitFactory()
    ward = UnitFactory(parent=province)
    ResidentFactory(**KEPT | {"province": province, "ward": ward})
    [(_person, band, found, _rival)] = matched(written | {"province": province.pk, "ward": ward.pk})
    assert (band, found) == ("doubtful", evidence)


def test_phone_of_a_company_is_no_evidence():
    for place in range(13):
        ResidentFactory(full_name=f"Lê Văn {'abcdeghiklmno'[place]}", phone=WRITTEN["phone"])
    ResidentFactory(**KEPT)
    [(person, band, evidence, _rival)] = matched({"number": ""})
    assert (person, band) == (LAN, "doubtful")
    assert "phone-shared" in evidence


@pytest.mark.usefixtures("lan")
def test_neither_order_nor_slices_change_an_answer():
    twin = ResidentFactory(**KEPT | {"citizen_id": "079190123457", "full_name": "Nguyễn Thị Loan"})
    rows = [written for written, _code in ONE_MISTAKE] + [{"number": twin.pk}, {"number": "", "phone": ""}]
    whole = matched(*rows)
    stage(*rows, number=lambda place: 1000 - place)
    with connection.cursor() as cursor:
        counts = [match(cursor, "sheet", first=first, last=first + 6) for first in range(960, 1001, 7)]
    assert answers() == whole[::-1]
    assert sum(sum(count.values()) for count in counts) == len(rows)
