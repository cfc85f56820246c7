"""Whoever reads what is kept of a person, reads it under the numbers of both records that were made one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checkpoints.answering.lookup import find
from checkpoints.cards.scan import read_scan
from checkpoints.models import Passage
from checkpoints.movements.tracing import Inquiry, trace
from checkpoints.tests.factories import CheckpointFactory, DeclarationFactory, PassageFactory
from residents.merging.services import merge
from residents.models import Resident
from residents.tests.factories import AreaAssignmentFactory, ResidentFactory, UnitFactory
from vaccinations.desk.visiting import latest_visit
from vaccinations.models import Appointment, Dose, DueDose, Slip
from vaccinations.observation.reactions import reactions_of
from vaccinations.sessions.arriving import appointment_of
from vaccinations.tests.factories import (
    AdverseEventFactory,
    DoseFactory,
    FacilityFactory,
    LotFactory,
    SlipFactory,
    VisitFactory,
    course_of,
)
from vaccinations.tests.session_factories import AppointmentFactory, RegisteredPersonFactory
from vaxreg.actors import Actor
from vaxreg.exports.listings import registry
from vaxreg.roles import Role

KEPT, DROPPED = "079090000001", "T00000000001"
BY = Actor.command("test")


class Merged:
    """A person whose every record was written under the number that was dropped, and whom the other record names now."""

    def __init__(self):
        self.home, lot, self.facility = UnitFactory(), LotFactory(), FacilityFactory()
        course_of(lot.vaccine)
        self.person = ResidentFactory(citizen_id=KEPT, full_name="Trần Thị Đào", phone="0912345678", province=self.home)
        old = ResidentFactory(citizen_id=DROPPED, full_name="Trần Thi Dào", phone="0987654321", province=UnitFactory())
        self.dose = DoseFactory(resident=old, lot=lot, facility=self.facility)
        self.slip, self.reaction = SlipFactory(dose=self.dose), AdverseEventFactory(dose=self.dose)
        self.visit = VisitFactory(resident=old, facility=self.facility)
        self.wanted = RegisteredPersonFactory(number=DROPPED, facility=self.facility)
        self.appointment = AppointmentFactory(person=self.wanted, session__facility=self.facility)
        self.declaration, self.post = DeclarationFactory(resident=DROPPED), CheckpointFactory()
        self.passage = PassageFactory(resident=DROPPED, checkpoint=self.post)
        merge(by=BY, keep=self.person, drop=old, reason="một người")

    def manager(self):
        return AreaAssignmentFactory(unit=self.home, user__roles=[Role.PROVINCIAL_MANAGER]).user

    def answer(self):
        return find(read_scan(KEPT), checkpoint=self.post.pk)

    def traced(self):
        now = timezone.now()
        inquiry = Inquiry("1", "truy vết", now - timedelta(hours=1), now + timedelta(hours=1), self.post)
        (seen,) = trace(inquiry=inquiry, among=[self.post], by=BY).passages
        return seen

    def exported(self):
        fields = registry.listings["doses"].chosen(["full_name", "citizen_id"])
        facts = {"facility": self.facility.pk, "since": "2020-01-01", "until": "2999-01-01"}
        lead = AreaAssignmentFactory(unit=self.facility.unit, user__roles=[Role.PROVINCIAL_MANAGER]).user
        return [row["person"] for row in registry.listings["doses"].read(lead, facts, fields)]


READERS = {
    "history of doses": (lambda it: list(Dose.objects.of_person(KEPT)), lambda it: [it.dose]),
    "doses that a manager may see": (lambda it: list(Dose.objects.visible_to(it.manager())), lambda it: [it.dose]),
    "slips that a manager may see": (lambda it: list(Slip.objects.visible_to(it.manager())), lambda it: [it.slip]),
    "person of a slip": (lambda it: Slip.objects.with_dose().get().resident_now, lambda it: it.person),
    "dose due": (lambda it: list(DueDose.objects.values_list("resident", "dose_number")), lambda it: [(KEPT, 2)]),
    "reactions": (lambda it: reactions_of(it.person.numbers), lambda it: [it.reaction]),
    "visit at the desk": (
        lambda it: latest_visit(resident=it.person, facility=it.facility, on=timezone.localdate()),
        lambda it: it.visit,
    ),
    "appointment": (
        lambda it: appointment_of(session=it.appointment.session, resident=it.person),
        lambda it: it.appointment,
    ),
    "appointments of the person": (lambda it: list(Appointment.objects.of_person(KEPT)), lambda it: [it.appointment]),
    "doses at a checkpoint": (lambda it: [dose.number for dose in it.answer().doses], lambda it: [1]),
    "declarations at a checkpoint": (
        lambda it: [filed.pk for filed in it.answer().declarations],
        lambda it: [it.declaration.pk],
    ),
    "passage a moment ago": (lambda it: it.answer().recent.decided_at, lambda it: it.passage.decided_at),
    "name in a list of passages": (lambda it: Passage.objects.with_names().get().full_name, lambda it: "Trần Thị Đào"),
    "tracing": (lambda it: (it.traced().full_name, it.traced().phone), lambda it: ("Trần Thị Đào", "0912345678")),
    "export of doses": (lambda it: it.exported(), lambda it: [KEPT]),
    "who exported the person": (lambda it: sorted(registry.numbers_of(KEPT)), lambda it: [KEPT, DROPPED]),
    "history of acts": (lambda it: {entry.resident for entry in it.person.history}, lambda it: {KEPT, DROPPED}),
    "people counted": (lambda it: list(Resident.objects.current()), lambda it: [it.person]),
}


@pytest.mark.django_db
def test_every_reader_sees_the_records_of_both_numbers():
    it = Merged()
    wrong = {name: (read(it), right(it)) for name, (read, right) in READERS.items() if read(it) != right(it)}
    assert not wrong
