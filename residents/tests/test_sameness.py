"""Who is joined unasked, who after a person has confirmed it, and who never."""

import pytest

from residents.birth import UNKNOWN, read_birth
from residents.names import name_key
from residents.sameness import Traits


def traits(name="Nguyễn Thị Lan", birth="", sex=""):
    return Traits(name_key(name), read_birth(birth) if birth else UNKNOWN, sex)


@pytest.mark.parametrize(
    ("one", "other", "can_be", "surely", "surely_by_number"),
    [
        (traits(birth="05/03/1990"), traits(birth="05/03/1990"), True, True, True),
        (traits(birth="05/03/1990", sex="F"), traits("LAN NGUYEN THI", "05/03/1990"), True, True, True),
        (traits(birth="05/03/1990"), traits(birth="1990"), True, True, True),
        (traits(birth="1990"), traits(birth="1990"), True, False, True),
        (traits(birth="03/1990"), traits(birth="1990"), True, False, True),
        # An unknown birth is no agreement.
        (traits(birth="05/03/1990"), traits(), True, False, False),
        (traits(), traits(), True, False, False),
        (traits(birth="05/03/1990"), traits(birth="06/03/1990"), False, False, False),
        (traits(birth="05/03/1990", sex="F"), traits(birth="05/03/1990", sex="M"), False, False, False),
        (traits(birth="1990", sex="F"), traits(birth="1990", sex="M"), False, False, False),
        (traits(birth="05/03/1990"), traits("Nguyễn Thị Loan", "05/03/1990"), False, False, False),
    ],
)
def test_it_works(one, other, can_be, surely, surely_by_number):
    for first, second in ((one, other), (other, one)):
        assert first.can_be(second) is can_be
        assert first.is_surely(second) is surely
        assert first.is_surely(second, share_a_number=True) is surely_by_number
