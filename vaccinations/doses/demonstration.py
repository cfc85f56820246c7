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


def vaccinate(person: Resident, facility: Facility, lots: Sequence[Lot], *, by: Actor, now: datetime) -> list[Dose]:
    """Returns the person's doses of some months ago, from none to two."""
    rng = random.Random(person.pk)
    lot = rng.choice(lots[:3])
    first = now.date() - timedelta(days=rng.randrange(130, 170))
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
        for number in range(1, rng.choice((0, 1, 2, 2)) + 1)
    ]
