"""Vaccines, lots, facilities, doses and clerks for tests."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from residents.tests.factories import ResidentFactory, UnitFactory
from vaccinations.doses.services import Entry
from vaccinations.models import (
    AdverseEvent,
    AgeRule,
    Dose,
    Facility,
    FacilityAssignment,
    IntervalRule,
    Lot,
    Observation,
    ProductRule,
    Schedule,
    Series,
    SeriesDose,
    Slip,
    Vaccine,
    Visit,
)
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory


class VaccineFactory(DjangoModelFactory):
    class Meta:
        model = Vaccine

    code = factory.Sequence(lambda n: f"vaccine-{n}")
    name = factory.Sequence(lambda n: f"Vaccine {n}")
    manufacturer = "Manufacturer"


class SeriesDoseFactory(DjangoModelFactory):
    """The first dose of a series of a schedule of its own."""

    class Meta:
        model = SeriesDose

    series = factory.SubFactory("vaccinations.tests.factories.SeriesFactory")
    number = 1


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    schedule = factory.SubFactory("vaccinations.tests.factories.ScheduleFactory")
    name = factory.Sequence(lambda n: f"Series {n}")


class ScheduleFactory(DjangoModelFactory):
    class Meta:
        model = Schedule

    code = factory.Sequence(lambda n: f"schedule-{n}")
    name = factory.Sequence(lambda n: f"Schedule {n}")
    source = "test"


def course_of(
    vaccine: Vaccine, *, doses: int = 2, age: str = "18 years", interval: dict[str, str] | None = None, **period: Any
) -> list[SeriesDose]:
    """A course of that vaccine in the register's own schedule; `interval` are the bounds of its IntervalRule."""
    schedule, _is_new = Schedule.objects.get_or_create(code="vn", defaults={"name": "Việt Nam", "source": "test"})
    series = SeriesFactory(schedule=schedule, name=vaccine.code, group="1", is_product_path=True)
    bounds = {"absolute_minimum": "21 days", "minimum": "21 days", "earliest_recommended": "28 days"}
    return [_course_dose(series, number, vaccine, age, interval or bounds, period) for number in range(1, doses + 1)]


def rewrite(rows: Any, **facts: Any) -> None:
    """Puts others in place of these rules of today: the database lets nobody edit one that has begun."""
    for row in rows.all():
        row.delete()
        for name, value in facts.items():
            setattr(row, name, value)
        row.pk, row._state.adding = None, True
        row.save()


def _course_dose(
    series: Series, number: int, vaccine: Vaccine, age: str, bounds: dict[str, str], period: dict[str, Any]
) -> SeriesDose:
    dose = SeriesDose.objects.create(series=series, number=number, course=SeriesDose.Course.BASIC)
    facts = {"dose": dose, "source": "test", **period}
    ProductRule.objects.create(**facts, product=vaccine.code, is_forecast=True)
    if age:
        AgeRule.objects.create(**facts, absolute_minimum=age, minimum=age)
    if number > 1:
        IntervalRule.objects.create(**facts, **bounds)
    return dose


class LotFactory(DjangoModelFactory):
    class Meta:
        model = Lot

    vaccine = factory.SubFactory(VaccineFactory)
    lot_number = factory.Sequence(lambda n: f"L{n:05d}")


class FacilityFactory(DjangoModelFactory):
    class Meta:
        model = Facility

    code = factory.Sequence(lambda n: f"facility-{n}")
    name = factory.Sequence(lambda n: f"Trạm Y tế {n}")
    unit = factory.SubFactory(UnitFactory)


class DoseFactory(DjangoModelFactory):
    """A dose given and recorded now; `voided=True` for a voided one."""

    class Meta:
        model = Dose

    class Params:
        voided = factory.Trait(voided_at=factory.LazyFunction(timezone.now), void_reason="Nhập nhầm")

    resident = factory.SubFactory(ResidentFactory)
    dose_number = 1
    lot = factory.SubFactory(LotFactory)
    vaccine = factory.LazyAttribute(lambda dose: dose.lot.vaccine)
    facility = factory.SubFactory(FacilityFactory)
    administered_on = factory.LazyFunction(timezone.localdate)
    idempotency_key = factory.LazyFunction(uuid4)
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = factory.LazyFunction(timezone.now)


class SlipFactory(DjangoModelFactory):
    class Meta:
        model = Slip

    code = factory.Sequence(lambda n: "34679" + "".join("34679CDFGH"[int(digit)] for digit in f"{n:03d}"))
    dose = factory.SubFactory(DoseFactory)
    resident = factory.LazyAttribute(lambda slip: slip.dose.resident_id)


class VisitFactory(DjangoModelFactory):
    """Somebody who waits now; `given=True` with a dose, or `not_given_reason=…`."""

    class Meta:
        model = Visit

    class Params:
        given = factory.Trait(
            dose=factory.SubFactory(
                DoseFactory,
                resident=factory.SelfAttribute("..resident"),
                facility=factory.SelfAttribute("..facility"),
            )
        )

    resident = factory.SubFactory(ResidentFactory)
    facility = factory.SubFactory(FacilityFactory)
    visited_on = factory.LazyFunction(timezone.localdate)
    arrived_at = factory.LazyFunction(timezone.now)
    dose = None
    not_given_reason = ""
    outcome = factory.LazyAttribute(
        lambda visit: "given" if visit.dose else "not-given" if visit.not_given_reason else "waiting"
    )
    closed_at = factory.LazyAttribute(lambda visit: None if visit.outcome == "waiting" else timezone.now())
    closed_by = factory.LazyAttribute(lambda visit: None if visit.outcome == "waiting" else UserFactory())


class ObservationFactory(DjangoModelFactory):
    """Somebody who was given a dose now, or so many `minutes` ago, and sits."""

    class Meta:
        model = Observation

    class Params:
        minutes = 0

    dose = factory.SubFactory(DoseFactory)
    resident = factory.SelfAttribute("dose.resident")
    facility = factory.SelfAttribute("dose.facility")
    begun_at = factory.LazyAttribute(lambda each: timezone.now() - timedelta(minutes=each.minutes))
    ends_at = factory.LazyAttribute(lambda each: each.begun_at + timedelta(minutes=30))


class AdverseEventFactory(DjangoModelFactory):
    """A mild fever since now."""

    class Meta:
        model = AdverseEvent

    event = factory.LazyFunction(uuid4)
    dose = factory.SubFactory(DoseFactory)
    resident = factory.SelfAttribute("dose.resident_id")
    facility = factory.SelfAttribute("dose.facility")
    onset_at = factory.LazyFunction(timezone.now)
    symptoms = factory.LazyFunction(lambda: ["pyrexia"])
    severity = "mild"
    is_serious = False
    source = "site"
    recorded_at = factory.LazyFunction(timezone.now)


def clerk(*facilities: Facility, role: Role = Role.CLINIC_STAFF) -> User:
    """A member of the clinic's staff who works at these facilities; at a new one where none is given."""
    user = UserFactory(roles=[role])
    for facility in facilities or [FacilityFactory()]:
        FacilityAssignment.objects.create(user=user, facility=facility)
    return user


def entry(**different: Any) -> Entry:
    """What a clerk enters for dose 1 given today; `lot`, `facility` and `key` are new where none are given."""
    lot = different.pop("lot", None) or LotFactory()
    facts: dict[str, Any] = {
        "dose_number": 1,
        "vaccine": lot.vaccine,
        "lot": lot,
        "facility": different.pop("facility", None) or FacilityFactory(),
        "administered_on": timezone.localdate(),
        "administered_at": None,
        "vaccinator": "Trần Thị Bưởi",
        "key": uuid4(),
    }
    return Entry(**facts | different)
