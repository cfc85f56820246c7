"""Invented people, places and accounts to try the site with. Only for the embedded database.

All citizen IDs begin with 000, which is no province's and no country's prefix: nobody can hold them.
"""

import hashlib
import hmac
import random
from base64 import b32encode
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from checkpoints.models import Checkpoint, CheckpointAssignment, RiskLevel
from residents.birth import Birth, Precision
from residents.models import AreaAssignment, Resident, Unit
from residents.services import register_resident
from vaccinations.batch.demonstration import load_pile
from vaccinations.demonstration import a_day_at, registered_twice
from vaccinations.doses.services import Entry, Reason, record_dose
from vaccinations.doses.warnings import Code
from vaccinations.imports.demonstration import load_sheet
from vaccinations.models import Dose, Facility, FacilityAssignment, Lot, Vaccine
from vaccinations.quality.demonstration import load_cases
from vaccinations.sessions.demonstration import load_sessions
from vaccinations.stock.closing import Counted, close_day
from vaccinations.stock.services import receive, waste
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.transfers import send
from vaccinations.stock.vials import open_vial
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role

ACTOR = Actor.command("load_demonstration")
PEOPLE = 60
PREFIX = "000"
SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLES = {"F": "Thị Ngọc Thanh Minh Kim".split(), "M": "Văn Hữu Đức Minh Quang".split()}
GIVEN = {
    "F": "Anh Bích Châu Diệp Dung Hà Hằng Hoa Hương Lan Liên Mai Ngân Nhung Oanh Phượng Quyên Thảo Thủy Trang Yến".split(),
    "M": "An Bình Cường Dũng Đạt Hải Hiếu Hùng Khánh Long Mạnh Nam Nghĩa Phong Quân Sơn Thắng Tuấn Việt Vinh".split(),
}
# Code in the register of units in force since July 2025: Ho Chi Minh City, and Dong Nai beyond its edge.
HOME, NEIGHBOUR = "79", "75"


@dataclass(frozen=True)
class Account:
    username: str
    full_name: str
    role: Role

    @property
    def password(self) -> str:
        """Differs on each installation, and is the same at each start: derived from the secret key."""
        digest = hmac.digest(settings.SECRET_KEY.encode(), f"demonstration:{self.username}".encode(), hashlib.sha256)
        text = b32encode(digest).decode().lower()
        return f"{text[:4]}-{text[4:8]}-{text[8:12]}"


ACCOUNTS = (
    Account("officer", "Lê Văn Chốt", Role.OFFICER),
    Account("lead", "Trần Thị Trực", Role.CHECKPOINT_LEAD),
    Account("clinic", "Phạm Thị Tiêm", Role.CLINIC_STAFF),
    Account("clinic-lead", "Ngô Văn Trạm", Role.CLINIC_LEAD),
    Account("manager", "Đỗ Thị Tỉnh", Role.PROVINCIAL_MANAGER),
    Account("agent", "Bùi Văn Phản", Role.RESPONSE_AGENT),
    Account("admin", "Hồ Thị Quản", Role.ADMINISTRATOR),
    Account("auditor", "Võ Văn Kiểm", Role.AUDITOR),
    Account("tracer", "Mai Thị Truy", Role.TRACER),
)


def card_text(person: Resident) -> str:
    """Returns what the QR on the person's ID card would say."""
    sex = "Nam" if person.sex == Resident.Sex.MALE else "Nữ"
    facts = (person.pk, "", person.full_name, f"{person.date_of_birth:%d%m%Y}", sex, person.address, "15042021")
    return "|".join(facts)


@transaction.atomic
def load(*, now: datetime) -> None:
    """Makes accounts, places, lots, people, their doses, and who registered for a session of today."""
    province = Unit.objects.provinces().in_force(now.date()).get(code=HOME)
    neighbour = Unit.objects.provinces().in_force(now.date()).get(code=NEIGHBOUR)
    users = {account.role: _user(account) for account in ACCOUNTS}
    checkpoint, facility = _places(province, neighbour)
    _levels({province: 2, neighbour: 3}, now.date())
    _assign(users, checkpoint=checkpoint, facility=facility, province=province)
    lots = _lots(now.date())
    people = _people(random.Random(1), province)
    given = [_vaccinate(person, random.Random(person.pk), facility=facility, lots=lots, now=now) for person in people]
    waiting = [person for person, doses in zip(people, given, strict=True) if not doses]
    _stock(Actor(users[Role.CLINIC_LEAD], None, "web"), facility, province=province, lots=lots, now=now)
    _open_vial(facility, lots[0], waiting[-4:], now=now)
    clerk = Actor(user=users[Role.CLINIC_STAFF], address=None, channel=ACTOR.channel)
    # Not the first ones: their cards are for visitors to scan.
    a_day_at(facility, by=clerk, people=people[20:], lot=lots[1], now=now)
    slips = [person for person in people if not person.doses.exists()][-3:]
    load_pile(by=clerk, facility=facility, lot=lots[1], people=slips, now=now)
    unvaccinated = [person for person in people if not person.doses.exists()]
    manager = Actor(user=users[Role.PROVINCIAL_MANAGER], address=None, channel=ACTOR.channel)
    load_sheet(by=manager, province=province, people=people[:20], today=now.date())
    load_cases(by=manager, province=province, people=people[39:45], today=now.date())
    vaccinated = [person for person in people[45:] if person.doses.exists()]
    registered_twice(vaccinated[:2], facility, lots[0], by=manager, now=now)
    load_sessions(by=ACTOR, facility=facility, people=unvaccinated, now=now)


def _user(account: Account) -> User:
    user = User.objects.create_user(account.username, password=account.password, full_name=account.full_name)
    user.groups.add(Group.objects.get(name=account.role))
    return user


def _places(province: Unit, neighbour: Unit) -> tuple[Checkpoint, Facility]:
    checkpoint = Checkpoint.objects.create(
        code="cau-dong-nai",
        name="Chốt cầu Đồng Nai (minh họa)",
        name_en="Dong Nai Bridge (demonstration)",
        unit=province,
    )
    Checkpoint.objects.create(
        code="quoc-lo-51", name="Chốt Quốc lộ 51 (minh họa)", name_en="National Road 51 (demonstration)", unit=neighbour
    )
    facility = Facility.objects.create(
        code="tram-y-te-1", name="Trạm y tế số 1 (minh họa)", name_en="Health Station 1 (demonstration)", unit=province
    )
    return checkpoint, facility


def _levels(levels: dict[Unit, int], today: date) -> None:
    begun = today - timedelta(days=10)
    for unit, level in levels.items():
        RiskLevel.objects.create(unit=unit, level=level, in_force_from=begun, source="QĐ 01/QĐ-UBND (minh họa)")


def _assign(users: dict[Role, User], *, checkpoint: Checkpoint, facility: Facility, province: Unit) -> None:
    for role in (Role.OFFICER, Role.CHECKPOINT_LEAD):
        CheckpointAssignment.objects.create(user=users[role], checkpoint=checkpoint)
    for role in (Role.CLINIC_STAFF, Role.CLINIC_LEAD):
        FacilityAssignment.objects.create(user=users[role], facility=facility)
    for role in (Role.CLINIC_STAFF, Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER, Role.RESPONSE_AGENT, Role.TRACER):
        AreaAssignment.objects.create(user=users[role], unit=province)


def _lots(today: date) -> list[Lot]:
    expiries = {"comirnaty": 200, "spikevax": 120, "vaxzevria": 25, "vero-cell": -10}
    vaccines = Vaccine.objects.in_bulk(expiries, field_name="code")
    return [
        Lot.objects.create(
            vaccine=vaccines[code], lot_number=f"DEMO-{code[:2].upper()}1", expires_on=today + timedelta(days=days)
        )
        for code, days in expiries.items()
    ]


def _people(rng: random.Random, province: Unit) -> list[Resident]:
    people = []
    for serial in range(1, PEOPLE + 1):
        sex = rng.choice("FM")
        born = date(1945, 1, 1) + timedelta(days=rng.randrange(22_000))
        people.append(
            register_resident(
                by=ACTOR,
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


def _vaccinate(
    person: Resident, rng: random.Random, *, facility: Facility, lots: list[Lot], now: datetime
) -> list[Dose]:
    lot = rng.choice(lots[:3])
    first = now.date() - timedelta(days=rng.randrange(130, 170))
    return [
        record_dose(
            by=ACTOR,
            resident=person,
            entry=Entry(
                dose_number=number,
                vaccine=lot.vaccine,
                lot=lot,
                facility=facility,
                administered_on=first + timedelta(days=60 * (number - 1)),
                administered_at=None,
                vaccinator="",
                key=uuid4(),
                source=Dose.Source.DEMONSTRATION,
            ),
            now=now,
            # All of a person's doses are recorded within a second here, which the desk would ask about.
            reason=Reason(text="demonstration", seen=frozenset({Code.RECENT})),
        )
        for number in range(1, rng.choice((0, 1, 2, 2)) + 1)
    ]


def _stock(by: Actor, facility: Facility, *, province: Unit, lots: list[Lot], now: datetime) -> None:
    """Deliveries and a broken vial of yesterday, the sheet signed in the evening, and doses on the way from next door."""
    evening = now - timedelta(days=1)
    facts = {"by": by, "on": evening.date(), "today": evening.date()}
    supplied = facts | {"party": "Kho vắc xin tỉnh (minh họa)"}
    for number, (lot, doses) in enumerate(zip(lots, (120, 100, 80, 30), strict=True), start=1):
        receive(**supplied, facility=facility, lot=lot, doses=doses, document=f"PX-{number:03d}", key=uuid4())
    waste(**facts, facility=facility, lot=lots[0], doses=6, reason="broken", note="", key=uuid4())
    lines = sheet_of(facility, evening.date()).lines
    counts = {line.lot.pk: Counted(line.figures.computed, "", seen=line.figures.computed) for line in lines}
    counts[lots[1].pk] = Counted(99, "Rút không đủ liều ở 1 lọ", seen=100)
    close_day(by=by, facility=facility, day=evening.date(), counts=counts, now=evening)
    neighbour = Facility.objects.create(
        code="tram-y-te-2", name="Trạm y tế số 2 (minh họa)", name_en="Health Station 2 (demonstration)", unit=province
    )
    receive(**supplied, facility=neighbour, lot=lots[1], doses=60, document="PX-005", key=uuid4())
    send(
        by=ACTOR,
        facility=neighbour,
        receiver=facility,
        lot=lots[1],
        doses=20,
        document="DC-001",
        key=uuid4(),
        today=now.date(),
    )


def _open_vial(facility: Facility, lot: Lot, people: list[Resident], *, now: datetime) -> None:
    """A vial opened a while ago, and the doses given from it since."""
    facts = {"facility": facility, "lot": lot, "opened_at": now - timedelta(minutes=50), "now": now}
    open_vial(by=ACTOR, doses=lot.vaccine.doses_per_vial, key=uuid4(), **facts)
    for person in people:
        record_dose(
            by=ACTOR,
            resident=person,
            entry=Entry(
                dose_number=1,
                vaccine=lot.vaccine,
                lot=lot,
                facility=facility,
                administered_on=now.date(),
                administered_at=now,
                vaccinator="",
                key=uuid4(),
                source=Dose.Source.DEMONSTRATION,
            ),
            now=now,
        )
