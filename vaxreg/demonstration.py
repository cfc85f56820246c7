"""Accounts, places and people to try the site with. Only for the embedded database.

What there is to see is made by a module `demonstration` of each app and room, called here in the order of a story.
"""

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from checkpoints.demonstration import load_checkpoints, load_movements
from checkpoints.models import Checkpoint, CheckpointAssignment
from residents.demonstration import load_people
from residents.models import AreaAssignment, Unit
from vaccinations.batch.demonstration import load_pile
from vaccinations.demonstration import a_day_at, registered_twice
from vaccinations.doses.demonstration import vaccinate
from vaccinations.imports.demonstration import load_sheet
from vaccinations.models import Facility, FacilityAssignment
from vaccinations.quality.demonstration import load_cases
from vaccinations.sessions.demonstration import load_sessions
from vaccinations.stock.demonstration import load_lots, load_stock, load_vial
from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role

ACTOR = Actor.command("load_demonstration")
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


@transaction.atomic
def load(*, now: datetime) -> None:
    """Makes accounts, places, people, and what happened to them until today."""
    today = now.date()
    provinces = Unit.objects.provinces().in_force(today)
    province, neighbour = provinces.get(code=HOME), provinces.get(code=NEIGHBOUR)
    users = {account.role: _user(account) for account in ACCOUNTS}
    posts = load_checkpoints(province=province, neighbour=neighbour, today=today)
    facility = Facility.objects.create(
        code="tram-y-te-1", name="Trạm y tế số 1 (minh họa)", name_en="Health Station 1 (demonstration)", unit=province
    )
    _assign(users, checkpoint=posts[0], facility=facility, province=province)
    load_movements(posts, officer=users[Role.OFFICER], by=ACTOR, now=now)
    _clinic(users, facility, now=now)


def _clinic(users: dict[Role, User], facility: Facility, *, now: datetime) -> None:
    """People, their doses, a day at the facility, sheets with their cases, and a session of today."""
    clerk, lead, manager = (
        Actor(user=users[role], address=None, channel=ACTOR.channel)
        for role in (Role.CLINIC_STAFF, Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER)
    )
    province, today = facility.unit, now.date()
    lots, people = load_lots(today), load_people(by=ACTOR, province=province)
    given = [vaccinate(person, facility, lots, by=ACTOR, now=now) for person in people]
    waiting = [person for person, doses in zip(people, given, strict=True) if not doses]
    load_stock(facility, lots, by=lead, now=now)
    load_vial(facility, lots[0], waiting[-4:], by=ACTOR, now=now)
    # Not the first ones: their cards are for visitors to scan.
    a_day_at(facility, by=clerk, people=people[20:], lot=lots[1], now=now)
    slips = [person for person in people if not person.doses.exists()][-3:]
    load_pile(by=clerk, facility=facility, lot=lots[1], people=slips, now=now)
    unvaccinated = [person for person in people if not person.doses.exists()]
    load_sheet(by=manager, province=province, people=people[:20], today=today)
    load_cases(by=manager, province=province, people=people[39:45], today=today)
    vaccinated = [person for person in people[45:] if person.doses.exists()]
    registered_twice(vaccinated[:2], facility, lots[0], by=manager, now=now)
    load_sessions(by=ACTOR, facility=facility, people=unvaccinated, now=now)


def _user(account: Account) -> User:
    user = User.objects.create_user(account.username, password=account.password, full_name=account.full_name)
    user.groups.add(Group.objects.get(name=account.role))
    return user


def _assign(users: dict[Role, User], *, checkpoint: Checkpoint, facility: Facility, province: Unit) -> None:
    for role in (Role.OFFICER, Role.CHECKPOINT_LEAD):
        CheckpointAssignment.objects.create(user=users[role], checkpoint=checkpoint)
    for role in (Role.CLINIC_STAFF, Role.CLINIC_LEAD):
        FacilityAssignment.objects.create(user=users[role], facility=facility)
    for role in (Role.CLINIC_STAFF, Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER, Role.RESPONSE_AGENT, Role.TRACER):
        AreaAssignment.objects.create(user=users[role], unit=province)
