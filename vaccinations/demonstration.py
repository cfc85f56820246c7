"""A day at a clinic to look at: invented, like the people it happens to (residents/demonstration.py)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.utils import timezone

from residents.duplicates import find_duplicates
from residents.merging.services import merge
from residents.models import Resident
from residents.services import register_resident
from vaccinations.desk.mending import mend
from vaccinations.desk.places import Arrival
from vaccinations.desk.visiting import arrive, decline, give
from vaccinations.doses.services import Entry, Reason, record_dose, void_dose
from vaccinations.doses.warnings import Code
from vaccinations.models import Dose, Facility, Lot, Screening, Visit
from vaccinations.observation.reactions import one_tap, report
from vaccinations.observation.services import release
from vaccinations.screening.services import Statement
from vaxreg.actors import Actor

REASON = Reason(text="demonstration", seen=frozenset(Code))
CONSENT = Statement(consent=Screening.Consent.AGREED)
# How many minutes ago people were given their doses: the first have gone, one may go now, three still sit.
GIVEN_MINUTES_AGO = (190, 170, 150, 130, 110, 90, 75, 60, 45, 33, 26, 12, 4)
DECLINED = (
    (Visit.NotGiven.UNWELL, "Sốt 38,2 độ"),
    (Visit.NotGiven.REFUSED, ""),
    (Visit.NotGiven.CONTRAINDICATED, "Phản vệ sau mũi trước"),
)
WAITING = 3


def a_day_at(facility: Facility, *, by: Actor, people: Sequence[Resident], lot: Lot, now: datetime) -> None:
    """Makes today's visits, doses, observations and reactions of these people, as far as the day is old enough."""
    queue = iter(people)
    times = [now - timedelta(minutes=minutes) for minutes in GIVEN_MINUTES_AGO]
    today = [at for at in times if timezone.localdate(at) == timezone.localdate(now)]
    doses = [_given(next(queue), facility, lot, by=by, at=at, now=now) for at in today]
    for reason, text in DECLINED:
        decline(by=by, resident=next(queue), facility=facility, now=now, reason=reason, text=text)
    for _person in range(WAITING):
        arrive(by=by, resident=next(queue), facility=facility, now=now)
    _let_go(doses, by=by, now=now)
    if len(doses) > 5:
        _what_went_wrong(doses, facility, by=by, now=now)


def _given(person: Resident, facility: Facility, lot: Lot, *, by: Actor, at: datetime, now: datetime) -> Dose:
    numbers = Dose.objects.of_person(person.pk).valid().values_list("dose_number", flat=True)
    entry = Entry(
        dose_number=max(numbers, default=0) + 1,
        vaccine=lot.vaccine,
        lot=lot,
        facility=facility,
        administered_on=timezone.localdate(at),
        administered_at=at,
        vaccinator="Lý Thị Minh Họa",
        key=uuid4(),
        source=Dose.Source.DEMONSTRATION,
    )
    facts = {"resident": person, "entry": entry, "reason": REASON, "arrival": Arrival(at - timedelta(minutes=10))}
    return give(by=by, now=now, screening=CONSENT, **facts).dose


def _let_go(doses: Sequence[Dose], *, by: Actor, now: datetime) -> None:
    """Releases those whose time was over a while ago."""
    for dose in doses:
        observation = dose.observations.get(resident=dose.resident_id)
        leaves_at = observation.ends_at + timedelta(minutes=2)
        if leaves_at < now - timedelta(minutes=2):
            release(by=by, observation=observation, now=leaves_at)


def _what_went_wrong(doses: Sequence[Dose], facility: Facility, *, by: Actor, now: datetime) -> None:
    """A mild and a grave reaction, a phone mended, a dose voided."""
    grave, mild, mended, voided = doses[-3], doses[-2], doses[0], doses[1]
    for dose, reaction in (
        (grave, one_tap("anaphylaxis", grade=2, now=now)),
        (mild, one_tap("dizziness", severity="mild", now=now)),
    ):
        report(by=by, dose=dose, facility=facility, key=uuid4(), reaction=reaction, now=now, source="site")
    person = mended.resident
    before = {"full_name": person.full_name, "phone": person.phone}
    slip = mended.slips.get(resident=person.pk)
    mend(
        by=by, slip=slip, facility=facility, before=before, after={**before, "phone": "0900000999"}, reason="Nghe nhầm"
    )
    void_dose(by=by, dose=voided, reason="Nhập hai lần")


def registered_twice(people: Sequence[Resident], facility: Facility, lot: Lot, *, by: Actor, now: datetime) -> None:
    """People whom a clinic registered again without a number: the first is merged, a dose of theirs recorded twice."""
    merged = people[0]
    for person in people:
        facts = {"full_name": person.full_name, "birth": person.birth, "sex": person.sex, "phone": person.phone}
        twin = register_resident(by=by, source=Resident.Source.DEMONSTRATION, province=person.province, **facts)
        first = person.doses.valid().filter(dose_number=1).first()
        if person == merged and first:
            _again(twin, first, facility, lot, by=by, now=now)
            merge(by=by, keep=person, drop=twin, reason="Trình thẻ CCCD, cùng số điện thoại (minh họa)")
    list(find_duplicates(by=by))


def _again(twin: Resident, dose: Dose, facility: Facility, lot: Lot, *, by: Actor, now: datetime) -> None:
    """The same dose from paper, a day later."""
    entry = Entry(
        dose_number=dose.dose_number,
        vaccine=lot.vaccine,
        lot=lot,
        facility=facility,
        administered_on=dose.administered_on + timedelta(days=1),
        administered_at=None,
        vaccinator="",
        key=uuid4(),
        source=Dose.Source.DEMONSTRATION,
    )
    record_dose(by=by, resident=twin, entry=entry, now=now, reason=REASON)
