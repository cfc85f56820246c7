"""Registrations, sessions and appointments for tests."""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from residents.birth import Precision
from residents.tests.factories import UnitFactory
from vaccinations.models import (
    Appointment,
    ChronicCondition,
    ClinicSession,
    ConsentText,
    PriorityGroup,
    RegisteredPerson,
    Registration,
    Vaccine,
)
from vaccinations.sessions.codes import free_code
from vaccinations.tests.factories import FacilityFactory


class PriorityGroupFactory(DjangoModelFactory):
    class Meta:
        model = PriorityGroup

    code = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"Nhóm {n}")
    name_en = factory.Sequence(lambda n: f"Group {n}")
    position = factory.Sequence(lambda n: n)
    source = "test"


class ChronicConditionFactory(DjangoModelFactory):
    class Meta:
        model = ChronicCondition

    code = factory.Sequence(lambda n: f"condition-{n}")
    name = "Đái tháo đường"
    name_en = "Diabetes"
    source = "test"


class ConsentTextFactory(DjangoModelFactory):
    class Meta:
        model = ConsentText

    name = "Tôi đồng ý."
    name_en = "I agree."


class RegistrationFactory(DjangoModelFactory):
    class Meta:
        model = Registration

    code = factory.LazyFunction(free_code)
    token = factory.Sequence(lambda n: f"{n:022d}")
    consented = True
    registered_at = factory.LazyFunction(timezone.now)
    idempotency_key = factory.LazyFunction(uuid4)


class RegisteredPersonFactory(DjangoModelFactory):
    """A man of 1990 without a number who waits for an invitation to `facility`, or to a new one."""

    class Meta:
        model = RegisteredPerson

    class Params:
        facility = factory.SubFactory(FacilityFactory)
        number = ""

    registration = factory.SubFactory(RegistrationFactory)
    full_name = factory.Iterator(["Nguyễn Văn An", "Trần Đức Bình", "Lê Hữu Ước", "Phạm Quốc Đạt"])
    date_of_birth = date(1990, 3, 5)
    birth_precision = Precision.DAY
    sex = "M"
    claimed_id = factory.LazyAttribute(lambda person: person.number or None)
    phone = "0912345678"
    province = factory.SubFactory(UnitFactory)
    reach = "facility"
    preferred_facility = factory.LazyAttribute(lambda person: person.facility if person.reach == "facility" else None)


class ClinicSessionFactory(DjangoModelFactory):
    """Today from 7:00 to 11:00, two places in an hour, open to everybody."""

    class Meta:
        model = ClinicSession
        skip_postgeneration_save = True

    facility = factory.SubFactory(FacilityFactory)
    held_on = factory.LazyFunction(timezone.localdate)
    opens_at = time(7)
    closes_at = time(11)
    capacity_per_hour = 2
    kind = "open"
    idempotency_key = factory.LazyFunction(uuid4)

    @factory.post_generation
    def vaccines(self: ClinicSession, create: bool, extracted: list[Vaccine] | None, **kwargs: Any) -> None:
        self.vaccines.set(extracted or ())


class AppointmentFactory(DjangoModelFactory):
    """An invitation for 7:00 of somebody who registered for the session's facility."""

    class Meta:
        model = Appointment

    session = factory.SubFactory(ClinicSessionFactory)
    starts_at = time(7)
    person = factory.SubFactory(RegisteredPersonFactory, facility=factory.SelfAttribute("..session.facility"))
    code = factory.LazyFunction(free_code)
    made_at = factory.LazyFunction(timezone.now)


def at(hour: int, minute: int = 0, *, day: date | None = None) -> datetime:
    """The moment at that time of day in Vietnam; today where no day is given."""
    return timezone.make_aware(datetime.combine(day or timezone.localdate(), time(hour, minute)))
