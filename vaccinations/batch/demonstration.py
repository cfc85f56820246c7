"""A pile of paper slips half typed: invented, like the people in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from residents.models import Resident
from residents.names import fold
from vaccinations.batch.services import enter, open_pile
from vaccinations.models import Facility, Lot, Pile
from vaxreg.actors import Actor


def load_pile(*, by: Actor, facility: Facility, lot: Lot, people: Sequence[Resident], now: datetime) -> Pile:
    """Returns a pile with a slip of each of three people without doses: one recorded, one to mend, one in the tray."""
    day = now.date() - timedelta(days=3)
    pile = open_pile(by=by, facility=facility, lot=lot, given_on=day, vaccinator="Y tá Minh Họa", dose_number=1)
    first, second, third = (_typed(person) for person in people[:3])
    slips = [first, second | {"born": "31/2"}, third | {"number": ""}]
    for row, texts in zip(pile.rows.all(), slips, strict=False):
        enter(by=by, row=row, texts=texts, version=0, now=now, act="enter")
    return pile


def _typed(person: Resident) -> dict[str, str]:
    born = f"{person.date_of_birth:%d/%m/%y}" if person.date_of_birth.year > 1930 else str(person.birth)
    return {"number": person.pk, "full_name": fold(person.full_name).upper(), "born": born, "phone": person.phone}
