"""A declaration while it is filled in: its forms, asked in two steps. What was sent travels with the page, not in a session."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.forms import Form
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.timezone import localtime

from checkpoints.declaring.filing import Answers
from checkpoints.declaring.forms import ContactForm
from checkpoints.declaring.journey_forms import JourneyForm, VehicleForm
from checkpoints.declaring.person_forms import NONE_OF_THESE, PersonForm
from checkpoints.models import Declaration, Symptom, VehicleKind
from residents.citizen_id import CitizenId
from vaxreg.sheets import PeopleSheet

# The button that goes back to the first step.
JOURNEY = "journey"
# Not asked of everybody: where a change does not ask for them, they stay as they were.
KEPT = ("sex", "nationality", "insurance_number", "address", "email")


class Sheet(PeopleSheet):
    """`filed`: the declarations to change, in the order of their people."""

    def __init__(self, data: MultiValueDict, *, act: str, today: date, filed: Sequence[Declaration] = ()) -> None:
        super().__init__(data, act=act, known=len(filed))
        self.today, self.filed = today, filed
        self.journey = self.form(JourneyForm, is_checked=act in self.judging, today=today)
        self.is_at_start = self._asks_journey()

    def _asks_journey(self) -> bool:
        rows = ("vehicle_kind", "origin_province", "destination_province")
        if self.act == JOURNEY or not all(map(self.journey.chosen, rows)):
            return True
        return self.journey.is_bound and not self.journey.is_valid()

    @cached_property
    def vehicle(self) -> VehicleKind | None:
        return self.journey.chosen("vehicle_kind")

    @cached_property
    def details(self) -> VehicleForm:
        return self.form(VehicleForm, vehicle=self.vehicle)

    @cached_property
    def people(self) -> list[PersonForm]:
        signs = list(Symptom.objects.in_force(self.today))
        asked = {"signs": signs, "is_full": self.is_full}
        return [
            self.form(PersonForm, prefix=prefix, place=place, is_known=index < len(self.filed), **asked)
            for place, (index, prefix) in enumerate(zip(self.places, self.prefixes, strict=True), start=1)
        ]

    @cached_property
    def contact(self) -> ContactForm:
        is_alone = len(self.places) == 1 and not self.filed
        return self.form(ContactForm, today=self.today, is_full=self.is_full, is_alone=is_alone)

    @property
    def is_full(self) -> bool:
        """Whether the full form of 2021 is asked: of passengers with a seat."""
        return self.vehicle is not None and self.vehicle.has_seat

    @property
    def may_add(self) -> bool:
        """Whether one more fits in; a pass of one's own, other than the declarer's, changes that one person alone."""
        return not self.is_full_house and (not self.filed or self.filed[0].place_in_journey == 0)

    @property
    def forms(self) -> list[Form]:
        """The forms of the step that is asked, in their order."""
        return [self.journey] if self.is_at_start else [*self.people, self.details, self.contact]

    @property
    def known_numbers(self) -> set[CitizenId]:
        """The numbers of those whose declarations are changed, which a change does not ask for."""
        return {
            CitizenId(old.resident) for index, old in enumerate(self.filed) if old.has_number and index in self.places
        }

    @cached_property
    def answers(self) -> list[Answers]:
        """What a complete sheet says, one person after the other."""
        shared = self.journey.answered | self.details.answered | self.contact.answered
        declarer = CitizenId(self.filed[0].resident) if self.filed else self.people[0].cleaned_data.get("number")
        answered = [person.answered(declarer) for person in self.people]
        if self.contact.cleaned_data.get("is_for_other"):
            answered[0]["is_for_other"] = True
        for index, said in zip(self.places, answered, strict=True):
            if index < len(self.filed):
                said |= _unasked(self.filed[index], shared | said)
        return [Answers(**shared | said) for said in answered]

    @property
    def changed(self) -> dict[int, Answers]:
        """What a complete sheet says of those who stay: by the key of the declaration that it changes."""
        both = zip(self.places, self.answers, strict=True)
        return {self.filed[index].pk: said for index, said in both if index < len(self.filed)}

    @property
    def added(self) -> list[Answers]:
        """What a complete sheet says of those who are new."""
        return [said for index, said in zip(self.places, self.answers, strict=True) if index >= len(self.filed)]


def _unasked(old: Declaration, said: dict[str, Any]) -> dict[str, Any]:
    kept = {name: getattr(old, name) for name in KEPT if name not in said}
    return kept | {"number": CitizenId(old.resident), "has_number": old.has_number, "is_for_other": old.is_for_other}


def as_sent(filed: Sequence[Declaration], *, is_change: bool) -> MultiValueDict:
    """What a browser would have sent for these declarations; the health answers only for a change."""
    first = filed[0]
    sent = {
        "origin_province": first.origin.parent_id or first.origin_id,
        "origin_place": first.origin_text,
        "destination_province": first.destination.parent_id or first.destination_id,
        "destination_place": first.destination_text,
        "checkpoint": first.checkpoint_id,
        "vehicle_kind": first.vehicle_kind_id,
        "journey_reason": first.journey_reason_id or "",
        **{name: getattr(first, name) for name in ("plate", "seat", "phone", "address", "email")},
    }
    lists = {name: [str(value)] for name, value in sent.items() if value}
    for index, declaration in enumerate(filed):
        prefix = f"p{index}-" if index else ""
        person = _identity(declaration) | (_health(declaration) if is_change else _number(declaration))
        lists |= {f"{prefix}{name}": values for name, values in person.items()}
    if is_change:
        lists["people"] = [",".join(map(str, range(len(filed))))]
        lists |= {"departs_on": [str(first.departs_on)]} if first.departs_on else {}
    return MultiValueDict(lists)


def with_numbers(data: MultiValueDict, filed: Sequence[Declaration]) -> MultiValueDict:
    """What was sent for a change, with the numbers that a change does not ask for: so the same can be filed anew."""
    sent = data.copy()
    for index, declaration in enumerate(filed):
        if declaration.has_number:
            sent[f"p{index}-number" if index else "number"] = declaration.resident
    return sent


def _identity(declaration: Declaration) -> dict[str, list[str]]:
    names = ("full_name", "birth", "sex", "nationality", "insurance_number")
    said = {name: str(getattr(declaration, name)) for name in names}
    return {name: [value] for name, value in said.items() if value}


def _number(declaration: Declaration) -> dict[str, list[str]]:
    return {"number": [declaration.resident]} if declaration.has_number else {}


def _health(declaration: Declaration) -> dict[str, list[str]]:
    said = {name: [str(getattr(declaration, name))] for name in ("places_visited", "test_kind", "test_result")}
    if declaration.test_taken_at:
        said["test_taken_at"] = [localtime(declaration.test_taken_at).strftime("%Y-%m-%dT%H:%M")]
    return said | {
        "has_travelled": ["yes" if declaration.places_visited else "no"],
        "symptoms": list(declaration.symptoms) or [NONE_OF_THESE],
        "had_contact": ["yes" if declaration.had_contact else "no"],
    }
