"""The kind of a unit has a word of its own: "ward" elsewhere means ward, commune or special zone."""

import pytest
from django.utils import translation

from residents.models import Unit


@pytest.mark.parametrize(
    ("kind", "said"),
    [("city", "thành phố"), ("province", "tỉnh"), ("ward", "phường"), ("commune", "xã"), ("special_zone", "đặc khu")],
)
def test_kind_of_unit_is_named_exactly(kind, said):
    with translation.override("vi"):
        assert str(Unit.Kind(kind).label) == said
