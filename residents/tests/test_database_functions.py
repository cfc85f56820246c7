"""The functions of the database say the same as those in Python."""

from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from residents.citizen_id import CitizenId
from residents.names import clean_name, fold, name_key

pytestmark = pytest.mark.django_db
# The database stays as it is: one for all examples of a test is right.
same_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
letters = st.sampled_from(VIETNAMESE + VIETNAMESE.upper() + "ÐðfwjzFWJZ'’-.\\ \u0301\u0323\u031b\u0302")
# Latin letters with all their marks: foreigners are registered too.
foreign = st.characters(min_codepoint=0x20, max_codepoint=0x24F)
names = st.one_of(st.text(letters, max_size=60), st.text(foreign, max_size=60)).map(clean_name)
numbers = st.from_regex(r"([0-9]{12}|[0-9]{9}|T[0-9]{11})", fullmatch=True, alphabet=st.characters(max_codepoint=127))


def asked(expression: str, *arguments: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", arguments)
        return cursor.fetchone()[0]


@same_database
@given(names)
@example("İstanbul Ǆ ß ẞ")
def test_folded_name_is_the_same(name):
    assert asked("residents_fold(%s)", name) == fold(name)


@same_database
@given(names)
@example("Linh Linh H'Hen \\ '")
def test_name_key_is_the_same(name):
    assert asked("residents_name_key(%s)", name) == name_key(name)


@same_database
@given(numbers, st.sampled_from(["M", "F", ""]), st.none() | st.dates(date(1850, 1, 1), date(2399, 12, 31)))
def test_contradictions_are_the_same(number, sex, born):
    found = asked("residents_contradictions(%s, %s, %s::date)", number, sex, born)
    assert tuple(found.split()) == CitizenId(number).contradictions(sex=sex, born=born)


@same_database
@given(st.integers(0, 9), st.integers(0, 99), st.sampled_from(["M", "F"]))
def test_contradictions_of_those_born_in_each_year_are_the_same(digit, year, sex):
    number = f"079{digit}{year:02d}123456"
    born = date(CitizenId(number).birth_year, 6, 1)
    assert asked("residents_contradictions(%s, %s, %s::date)", number, sex, born) in ("", "sex")
