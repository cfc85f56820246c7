"""The checklist of one person on one day, read from its tables."""

from dataclasses import dataclass
from datetime import date

from residents.models import Resident
from vaccinations.models import ScreeningItem, VitalLimit
from vaccinations.screening.rules import Audience, Checklist, Result, Vitals, audience_of, checklist_for, conclude


@dataclass(frozen=True)
class PersonalChecklist:
    """The rows asked of the person, with what pages say of them; `audience` is None where the age leaves it open."""

    audience: Audience | None
    age: int | None
    items: list[ScreeningItem]
    limits: list[VitalLimit]
    terms: Checklist

    @property
    def is_of_child(self) -> bool:
        return self.audience == Audience.CHILD

    @property
    def documents(self) -> list[str]:
        """What lays the rows down, each once."""
        return list(dict.fromkeys(row.source for row in (*self.items, *self.limits)))

    def conclude(self, answers: dict[str, dict[str, str]], vitals: Vitals) -> Result:
        """What these answers and measurements come to."""
        given = {code: answer["answer"] for code, answer in answers.items()}
        return conclude(self.terms, answers=given, vitals=vitals, age=self.age)


def checklist_of(resident: Resident, *, on: date) -> PersonalChecklist:
    """Returns what is asked of the person on that day. Two queries."""
    items = {row.terms: row for row in ScreeningItem.objects.in_force(on).order_by("position", "pk")}
    limits = {row.terms: row for row in VitalLimit.objects.in_force(on).order_by("pk")}
    audience = audience_of(resident.birth, on=on)
    terms = checklist_for(items, limits, audience=audience, on=on)
    return PersonalChecklist(
        audience=audience,
        age=resident.birth.least_age_on(on),
        items=[items[row] for row in terms.items],
        limits=[limits[row] for row in terms.limits],
        terms=terms,
    )
