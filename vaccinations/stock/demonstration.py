"""The stock of an invented facility: lots, deliveries, a signed evening, doses on the way, an opened vial."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from residents.models import Resident
from vaccinations.doses.services import Entry, record_dose
from vaccinations.models import Dose, Facility, Lot, Vaccine
from vaccinations.stock.closing import Counted, close_day
from vaccinations.stock.services import receive, waste
from vaccinations.stock.sheets import sheet_of
from vaccinations.stock.transfers import send
from vaccinations.stock.vials import open_vial
from vaxreg.actors import Actor


def load_lots(today: date) -> list[Lot]:
    """Returns lots of four vaccines: one expires soon, one has."""
    expiries = {"comirnaty": 200, "spikevax": 120, "vaxzevria": 25, "vero-cell": -10}
    vaccines = Vaccine.objects.in_bulk(expiries, field_name="code")
    return [
        Lot.objects.create(
            vaccine=vaccines[code], lot_number=f"DEMO-{code[:2].upper()}1", expires_on=today + timedelta(days=days)
        )
        for code, days in expiries.items()
    ]


def load_stock(facility: Facility, lots: Sequence[Lot], *, by: Actor, now: datetime) -> None:
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
        code="tram-y-te-2",
        name="Trạm y tế số 2 (minh họa)",
        name_en="Health Station 2 (demonstration)",
        unit=facility.unit,
    )
    receive(**supplied, facility=neighbour, lot=lots[1], doses=60, document="PX-005", key=uuid4())
    send(
        by=by,
        facility=neighbour,
        receiver=facility,
        lot=lots[1],
        doses=20,
        document="DC-001",
        key=uuid4(),
        today=now.date(),
    )


def load_vial(facility: Facility, lot: Lot, people: Sequence[Resident], *, by: Actor, now: datetime) -> None:
    """A vial opened a while ago, and the doses given from it since."""
    facts = {"facility": facility, "lot": lot, "opened_at": now - timedelta(minutes=50), "now": now}
    open_vial(by=by, doses=lot.vaccine.doses_per_vial, key=uuid4(), **facts)
    for person in people:
        record_dose(
            by=by,
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
