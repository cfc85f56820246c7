"""The ward that somebody meant by the words they typed, and the province that a card's address names."""

from dataclasses import dataclass
from datetime import date

import pytest

from checkpoints.declaring.places import choose_province, choose_ward


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


@dataclass(frozen=True)
class Province:
    pk: int
    name: str
    successor_id: int | None = None
    ended: bool = False

    def is_in_force(self, _on):
        return not self.ended


# As they were until June 2025, and what they have gone into.
PROVINCES = [
    Province(1, "Thành phố Hồ Chí Minh", 11, ended=True),
    Province(2, "Tỉnh Bình Dương", 11, ended=True),
    Province(3, "Tỉnh Bà Rịa - Vũng Tàu", 11, ended=True),
    Province(4, "Tỉnh Đồng Nai", 14, ended=True),
    Province(5, "Tỉnh Thừa Thiên Huế", 15, ended=True),
    Province(6, "Tỉnh Không Rõ", None, ended=True),
    Province(11, "Thành phố Hồ Chí Minh"),
    Province(14, "Tỉnh Đồng Nai"),
    Province(15, "Thành phố Huế"),
]


@pytest.mark.parametrize(
    ("address", "pk"),
    [
        ("12 Lê Lợi, Phường Bến Nghé, Quận 1, TP. Hồ Chí Minh", 11),
        ("12 Lê Lợi, Bến Nghé, Quận 1, Thành phố Hồ Chí Minh", 11),
        ("Quận 1,TP.Hồ Chí Minh ", 11),
        ("Dĩ An, Bình Dương", 11),
        ("Vũng Tàu, Bà Rịa-Vũng Tàu", 11),
        ("Thị trấn Trảng Bom, Trảng Bom, tinh dong nai", 14),
        ("Biên Hòa, T. Đồng Nai", 14),
        ("Hương Thủy, Thừa Thiên Huế", 15),
    ],
)
def test_choose_province_of_an_address_returns_todays(address, pk):
    assert choose_province(address, PROVINCES, date(2026, 11, 25)).pk == pk


@pytest.mark.parametrize("address", ["", "12 Lê Lợi, Phường Bến Nghé, Quận 1", "Ở đâu đó, Không Rõ", "Tỉnh", "Hoa Kỳ"])
def test_choose_province_of_an_address_that_names_none_returns_none(address):
    assert choose_province(address, PROVINCES, date(2026, 11, 25)) is None
