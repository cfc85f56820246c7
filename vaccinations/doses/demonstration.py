"""Doses that invented people had before the day on which the site is tried."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from residents.models import Resident
from vaccinations.doses.services import Entry, Reason, record_dose
from vaccinations.doses.warnings import Code
from vaccinations.models import Dose, Facility, Lot
from vaxreg.actors import Actor

# Of the people with one dose, how many had it so lately that they are not overdue.
RECENTLY = 0.6


def vaccinate(person: Resident, facility: Facility, lots: Sequence[Lot], *, by: Actor, now: datetime) -> list[Dose]:
    """Returns the person's doses: none, one or two of some months ago, or one of some weeks ago whose second is due now."""
    rng = random.Random(person.pk)
    lot = rng.choice(lots[:3])
    ago, doses = rng.randrange(130, 170), rng.choice((0, 1, 2, 2))
    if doses == 1 and rng.random() < RECENTLY:
        ago = rng.randrange(30, 55)
    first = now.date() - timedelta(days=ago)
    return [
        record_dose(
            by=by,
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
        for number in range(1, doses + 1)
    ]
