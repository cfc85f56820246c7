"""The places, people and accounts that the browser tests walk among. Numbers begin with 000: nobody's."""

from datetime import date, timedelta
from io import BytesIO

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from checkpoints.models import Checkpoint, CheckpointAssignment
from residents.models import AreaAssignment, Unit
from residents.tests.factories import ResidentFactory
from vaccinations.models import Facility, FacilityAssignment, Lot, Vaccine
from vaxreg.models import AuditEntry, User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory
from vaxreg.tests.fixtures import filled_tables

PASSWORD = "a-long-demonstration-password"
NUMBER = "000190000001"
NAME = "Nguyễn Thị Thanh Thủy"
CARD = f"{NUMBER}|012345678|{NAME}|05031990|Nữ|12 Đường Minh Họa, Phường Bến Nghé, Thành phố Hồ Chí Minh|15042021"


# Table → its rows, as the commands have made them once in this run of the tests.
made: dict[str, bytes] = {}


def load_reference() -> None:
    """The rows that every registry starts with: loaded the first time, which takes a second, and copied from then on."""
    if made:
        return copy_in(made)
    for command in ("load_units", "load_vaccines", "load_schedule", "load_clinic", "load_checkpoint_reference"):
        call_command(command, verbosity=0)
    with connection.cursor() as cursor:
        for table in set(filled_tables(cursor)) - {AuditEntry._meta.db_table}:
            rows = BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
            made[table] = rows.getvalue()


@transaction.atomic
def copy_in(rows: dict[str, bytes]) -> None:
    """Puts the rows in as they are, whatever the order of the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, content in rows.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", BytesIO(content))


def province() -> Unit:
    return Unit.objects.provinces().in_force(timezone.localdate()).get(code="79")


def build() -> None:
    load_reference()
    home = province()
    Checkpoint.objects.create(code="bridge", name="Chốt cầu Đồng Nai", name_en="Dong Nai Bridge", unit=home)
    Facility.objects.create(code="station", name="Trạm y tế số 1", name_en="Health Station 1", unit=home)
    vaccine = Vaccine.objects.get(code="comirnaty")
    expiry = timezone.localdate() + timedelta(days=90)
    Lot.objects.create(vaccine=vaccine, lot_number="FD1234", expires_on=expiry)
    ResidentFactory(
        citizen_id=NUMBER,
        full_name=NAME,
        date_of_birth=date(1990, 3, 5),
        sex="F",
        phone="0900000001",
        province=home,
    )


def officer() -> User:
    user = UserFactory(username="officer", roles=[Role.OFFICER], password=PASSWORD)
    CheckpointAssignment.objects.create(user=user, checkpoint=Checkpoint.objects.get(code="bridge"))
    return user


def clerk() -> User:
    user = UserFactory(username="clerk", roles=[Role.CLINIC_STAFF], password=PASSWORD)
    FacilityAssignment.objects.create(user=user, facility=Facility.objects.get(code="station"))
    AreaAssignment.objects.create(user=user, unit=Facility.objects.get(code="station").unit)
    return user


def manager() -> User:
    user = UserFactory(username="manager", roles=[Role.PROVINCIAL_MANAGER], password=PASSWORD)
    AreaAssignment.objects.create(user=user, unit=province())
    return user


def administrator() -> User:
    return UserFactory(username="administrator", roles=[Role.ADMINISTRATOR], password=PASSWORD)
