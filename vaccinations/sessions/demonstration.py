"""Sessions and registrations to try the site with: invented people, made by the services that citizens and staff use."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.utils import timezone

from residents.birth import Birth, Precision
from residents.models import Resident
from vaccinations.desk import arrivals
from vaccinations.models import ChronicCondition, ClinicSession, ConsentText, Facility, PriorityGroup, Vaccine
from vaccinations.registration.services import Answers, Person, register
from vaccinations.sessions.arriving import expected
from vaccinations.sessions.candidates import Criteria
from vaccinations.sessions.filling import fill_session
from vaccinations.sessions.planning import Plan, make_session
from vaxreg.actors import Actor

VACCINES = ("spikevax", "vaxzevria")
FAMILIES, INVITED, ARRIVED = 12, 14, 3
NAMES = ("Nguyễn Thị Bưởi", "Trần Văn Cam", "Lê Thị Đào", "Phạm Văn Mít", "Hoàng Thị Na", "Vũ Văn Ổi")


def load_sessions(*, by: Actor, facility: Facility, people: Sequence[Resident], now: datetime) -> None:
    """Makes a session of today and one of tomorrow, registers people, and invites some of them for today."""
    rng = random.Random(2)
    for person in people:
        register(answers=_answers([_of_resident(person, rng)], facility), now=now, by=by)
    for family in range(FAMILIES):
        register(answers=_answers(_family(family, rng), facility), now=now, by=by)
    today = _session(by, facility, timezone.localdate(now), *_hours_around(now), ClinicSession.Kind.OPEN)
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    _session(by, facility, tomorrow, time(7, 30), time(11, 30), ClinicSession.Kind.INVITED)
    criteria = Criteria(groups=(), from_age=None, to_age=None, due_by=today.held_on)
    early, begun = today.starts - timedelta(hours=1), today.starts + timedelta(minutes=5)
    fill_session(by=by, session=today, criteria=criteria, count=INVITED, key=uuid4(), now=early)
    for appointment in expected(today)[:ARRIVED]:
        arrivals.note(by=by, appointment=appointment, resident=appointment.resident, now=begun)


def _hours_around(now: datetime) -> tuple[time, time]:
    """Five hours of which one has begun: something is to be seen whenever the site is tried."""
    opens = min(max(timezone.localtime(now).hour - 1, 0), 18)
    return time(opens), time(opens + 5)


def _session(by: Actor, facility: Facility, day: date, opens: time, closes: time, kind: str) -> ClinicSession:
    plan = Plan(
        held_on=day,
        opens_at=opens,
        closes_at=closes,
        vaccines=list(Vaccine.objects.filter(code__in=VACCINES)),
        capacity_per_hour=6,
        kind=kind,
        note="Dữ liệu minh họa",
    )
    return make_session(by=by, facility=facility, plan=plan, key=uuid4())


def _of_resident(person: Resident, rng: random.Random) -> Person:
    return _person(person.full_name, person.birth, person.sex, rng, number=person.pk, phone=person.phone)


def _family(serial: int, rng: random.Random) -> list[Person]:
    """A grown-up without a number, and in every second family a child."""
    name = NAMES[serial % len(NAMES)]
    grown = Birth(date(1950 + 4 * serial, 1, 1), Precision.YEAR)
    family = [_person(name, grown, "F" if "Thị" in name else "M", rng, phone=f"0900001{serial:03d}")]
    if serial % 2:
        child = Birth(date(2015, 1 + serial % 12, 1), Precision.MONTH)
        family.append(_person(f"{name.split()[0]} Bé Tí", child, "F", rng, phone=family[0].phone))
    return family


def _person(name: str, birth: Birth, sex: str, rng: random.Random, *, phone: str, number: str = "") -> Person:
    today = timezone.localdate()
    groups = [*PriorityGroup.objects.in_force(today), None, None, None, None]
    ailments = [*ChronicCondition.objects.in_force(today).values_list("code", flat=True)]
    return Person(
        full_name=name,
        birth=birth,
        sex=sex,
        number=number,
        phone=phone,
        priority_group=rng.choice(groups),
        conditions=rng.choice([[], [], None, rng.sample(ailments, min(1, len(ailments)))]),
        is_standby=rng.random() < 0.4,
    )


def _answers(people: Sequence[Person], facility: Facility) -> Answers:
    today = timezone.localdate()
    return Answers(
        form_key=uuid4(),
        people=tuple(people),
        province=facility.unit.parent or facility.unit,
        ward=None,
        reach="facility",
        preferred_facility=facility,
        is_for_other=False,
        consent=ConsentText.objects.in_force(today).last(),
        consented=True,
    )
