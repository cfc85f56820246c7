"""The ward that somebody meant by the words they typed."""

from dataclasses import dataclass

import pytest

from checkpoints.declaring.places import choose_ward


@dataclass(frozen=True)
class Ward:
    name: str
    kind: str = "ward"


WARDS = [
    Ward("Phường Bến Nghé"),
    Ward("Phường Hòa Bình"),
    Ward("Xã Tân Hà", "commune"),
    Ward("Xã Tân Hạ", "commune"),
    Ward("Phường Xuân Lộc"),
    Ward("Xã Xuân Lộc", "commune"),
    Ward("Đặc khu Côn Đảo", "special_zone"),
]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Phường Bến Nghé", "Phường Bến Nghé"),
        ("ben nghe", "Phường Bến Nghé"),
        ("P. Bến Nghé", "Phường Bến Nghé"),
        ("p.bến nghé", "Phường Bến Nghé"),
        ("  BẾN   NGHÉ ", "Phường Bến Nghé"),
        # The kind of a unit changed in July 2025 more often than its name.
        ("Xã Bến Nghé", "Phường Bến Nghé"),
        ("Hoà Bình", "Phường Hòa Bình"),
        ("côn đảo", "Đặc khu Côn Đảo"),
        # Accents decide between two of one folded name, and so does the word for the kind.
        ("Tân Hà", "Xã Tân Hà"),
        ("Xã Tân Hạ", "Xã Tân Hạ"),
        ("Xã Xuân Lộc", "Xã Xuân Lộc"),
        ("phuong xuan loc", "Phường Xuân Lộc"),
    ],
)
def test_choose_ward_of_a_known_name_returns_it(typed, name):
    assert choose_ward(typed, WARDS).name == name


@pytest.mark.parametrize("typed", ["", "Bến", "Bến Nghé Quận 1", "tan ha", "Xuân Lộc", "phường", "Phường ", "한국"])
def test_choose_ward_of_an_unknown_or_ambiguous_name_returns_none(typed):
    assert choose_ward(typed, WARDS) is None
