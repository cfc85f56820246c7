"""Cases of the work lists for tests: made as they are made, by committing sheets and searching for duplicates."""

from typing import Any

from residents.models import AreaAssignment, Resident, Unit
from vaccinations.models import QualityCase
from vaccinations.quality.deciding import EVERY_WARNING, Decision
from vaccinations.tests.sheets import NUMBER, ROW, brought, committed, known_names, person
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory

# Rows of a sheet that end in each kind of case, beside one that is recorded.
NO_ID = {"number": "", "name": "Lê Thị Khác", "born": "1950", "sex": "Nữ", "phone": ""}
MALFORMED = {"number": "0790900", "name": "Lê Thị Lạ", "born": "1951", "sex": "Nữ", "phone": ""}
DISAGREES = {"name": "Phạm Quốc Tuấn", "born": "17/09/1971", "phone": "", "dose": "2", "on": "10/10/2021"}
# Nobody has this number, but somebody has the name and the date of birth.
DOUBTFUL = {"number": "079090123456", "dose": "2", "on": "10/10/2021", "phone": ""}
CONFLICT = {"dose": "1", "on": "20/09/2021"}
WHY = "Đối chiếu phiếu giấy"


def province() -> Unit:
    """Ho Chi Minh City, with what reading a sheet looks up and the person whom ROW is about."""
    found = known_names()
    person(province=found)
    return found


def case_of(kind: str, *rows: dict[str, str], place: Unit | None = None) -> QualityCase:
    """The case of that kind, from a sheet of these rows that was committed with one new dose besides."""
    new = {"number": "079090000077", "name": "Trần Văn Mới", "born": "01/02/1990", "phone": ""}
    if not Resident.objects.filter(pk=new["number"]).exists():
        person(new["number"], full_name=new["name"], date_of_birth="1990-02-01", phone="", province=place)
    committed(brought(new, *rows, province=place))
    return QualityCase.objects.get(kind=kind)


def decider(place: Unit, role: str = Role.PROVINCIAL_MANAGER, **facts: Any) -> User:
    user = UserFactory(roles=[role], **facts)
    AreaAssignment.objects.create(user=user, unit=place)
    return user


def decision(choice: str, person: str = NUMBER, **facts: Any) -> Decision:
    return Decision(choice, WHY, person, seen=EVERY_WARNING, **facts)


__all__ = ["NUMBER", "ROW"]
