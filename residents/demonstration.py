"""Invented people to try the site with.

All citizen IDs begin with 000, which is no province's and no country's prefix: nobody can hold them.
"""

import random
from datetime import date, timedelta

from residents.birth import Birth, Precision
from residents.models import Resident, Unit
from residents.services import register_resident
from vaxreg.actors import Actor

PEOPLE = 80
PREFIX = "000"
SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLES = {"F": "Thị Ngọc Thanh Minh Kim".split(), "M": "Văn Hữu Đức Minh Quang".split()}
GIVEN = {
    "F": "Anh Bích Châu Diệp Dung Hà Hằng Hoa Hương Lan Liên Mai Ngân Nhung Oanh Phượng Quyên Thảo Thủy Trang Yến".split(),
    "M": "An Bình Cường Dũng Đạt Hải Hiếu Hùng Khánh Long Mạnh Nam Nghĩa Phong Quân Sơn Thắng Tuấn Việt Vinh".split(),
}


def load_people(*, by: Actor, province: Unit) -> list[Resident]:
    """Returns people of the province, registered in the order of their serial numbers."""
    rng, people = random.Random(1), []
    for serial in range(1, PEOPLE + 1):
        sex = rng.choice("FM")
        born = date(1945, 1, 1) + timedelta(days=rng.randrange(22_000))
        people.append(
            register_resident(
                by=by,
                source=Resident.Source.DEMONSTRATION,
                number=demonstration_number(sex, born, serial),
                full_name=f"{rng.choice(SURNAMES)} {rng.choice(MIDDLES[sex])} {rng.choice(GIVEN[sex])}",
                birth=Birth(born, Precision.DAY),
                sex=sex,
                phone=f"0900000{serial:03d}",
                address=f"{serial} Đường Minh Họa",
                province=province,
            )
        )
    return people


def demonstration_number(sex: str, born: date, serial: int) -> str:
    """Returns a well-formed number of nobody's, agreeing with sex and year of birth."""
    century = 2 * ((born.year - 1900) // 100) + (sex == "F")
    return f"{PREFIX}{century}{born:%y}{serial:06d}"


def card_text(person: Resident) -> str:
    """Returns what the QR on the person's ID card would say."""
    sex = "Nam" if person.sex == Resident.Sex.MALE else "Nữ"
    facts = (person.pk, "", person.full_name, f"{person.date_of_birth:%d%m%Y}", sex, person.address, "15042021")
    return "|".join(facts)
