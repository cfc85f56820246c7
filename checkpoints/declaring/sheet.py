"""A declaration while it is filled in: its forms, asked in two steps. What was sent travels with the page, not in a session."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.forms import BoundField, Form
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.filing import Answers
from checkpoints.declaring.forms import ContactForm
from checkpoints.declaring.journey_forms import JourneyForm, VehicleForm
from checkpoints.declaring.person_forms import NONE_OF_THESE, PersonForm
from checkpoints.models import Declaration, Symptom, VehicleKind
from residents.citizen_id import CitizenId

MOST_PEOPLE = 10
# What the buttons say. A form sent without a button is sent to be filed.
SEND, CONTINUE, JOURNEY, ADD, REMOVE, KEEP = "send", "continue", "journey", "add", "remove-", "keep"
NOT_CARRIED = {"csrfmiddlewaretoken", "do", "people"}
# Not asked of everybody: where a change does not ask for them, they stay as they were.
KEPT = ("sex", "nationality", "insurance_number", "address", "email")


class Sheet:
    """`data` is what the browser sent, `act` the button; `filed` the declarations to change, in the order of their people."""

    def __init__(self, data: MultiValueDict, *, act: str, today: date, filed: Sequence[Declaration] = ()) -> None:
        self.data, self.act, self.today, self.filed = data, act, today, filed
        self.places = _places(data, act, filed=len(filed))
        is_continued = act in (SEND, CONTINUE)
        self.journey = self._form(JourneyForm, is_checked=is_continued, today=today)
        self.is_asking_journey = self._asks_journey()

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
        return self._form(VehicleForm, vehicle=self.vehicle)

    @cached_property
    def people(self) -> list[PersonForm]:
        signs = list(Symptom.objects.in_force(self.today))
        asked = {"signs": signs, "is_full": self.is_full}
        return [
            self._form(
                PersonForm,
                prefix=f"p{index}" if index else None,
                place=place,
                is_known=index < len(self.filed),
                **asked,
            )
            for place, index in enumerate(self.places, start=1)
        ]

    @cached_property
    def contact(self) -> ContactForm:
        is_alone = len(self.places) == 1 and not self.filed
        return self._form(ContactForm, today=self.today, is_full=self.is_full, is_alone=is_alone)

    @property
    def is_full(self) -> bool:
        """Whether the full form of 2021 is asked: of passengers with a seat."""
        return self.vehicle is not None and self.vehicle.has_seat

    @property
    def may_add(self) -> bool:
        """Whether one more fits in; a pass of one's own, other than the declarer's, changes that one person alone."""
        return len(self.places) < MOST_PEOPLE and (not self.filed or self.filed[0].place_in_journey == 0)

    @property
    def forms(self) -> list[Form]:
        """The forms of the step that is asked, in their order."""
        return [self.journey] if self.is_asking_journey else [*self.people, self.details, self.contact]

    @property
    def errors(self) -> list[tuple[Form, BoundField, str]]:
        """Each message with the form and field it belongs to, in the order of the page."""
        return [
            (form, field, message) for form in self.forms if form.is_bound for field in form for message in field.errors
        ]

    @cached_property
    def is_complete(self) -> bool:
        """Whether it was sent to be filed and nothing is wrong in it."""
        if self.act != SEND or self.is_asking_journey:
            return False
        # All of them, so that all mistakes are named at once.
        are_valid = [form.is_valid() for form in self.forms]
        return all(are_valid) and self._has_everybody_once()

    def _has_everybody_once(self) -> bool:
        seen = {
            CitizenId(old.resident) for index, old in enumerate(self.filed) if old.has_number and index in self.places
        }
        for person in self.people:
            number = person.cleaned_data.get("number")
            if number in seen:
                person.add_error("number", _("This person is in the list already."))
            seen |= {number} - {None}
        return all(person.is_valid() for person in self.people)

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

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the other step asked, as hidden fields."""
        shown = {field.html_name for form in self.forms for field in form}
        gone = NOT_CARRIED | shown
        return [
            (name, value)
            for name, values in self.data.lists()
            if name not in gone and self._is_of_somebody(name)
            for value in values
        ]

    def _is_of_somebody(self, name: str) -> bool:
        prefix, dash, _field = name.partition("-")
        return not dash or prefix in {f"p{index}" for index in self.places}

    @property
    def people_sent(self) -> str:
        return ",".join(map(str, self.places))

    def _form(self, form_class: type[Form], *, is_checked: bool | None = None, **kwargs: Any) -> Form:
        """The form with what was sent: judged, or as it was typed where more is to come before it is judged."""
        if self.act == SEND if is_checked is None else is_checked:
            return form_class(self.data, **kwargs)
        form = form_class(**kwargs)
        sent = {
            name: field.widget.value_from_datadict(self.data, {}, form.add_prefix(name))
            for name, field in form.fields.items()
        }
        form.initial = {name: value for name, value in sent.items() if value}
        return form


def _places(data: MultiValueDict, act: str, *, filed: int) -> list[int]:
    """The indexes of the people in the names of their fields; the first is always 0, and the first `filed` are known."""
    sent = data.get("people") or ",".join(map(str, range(filed)))
    typed = [int(text) for text in sent.split(",") if text.isascii() and text.isdigit()]
    others = sorted({index for index in typed if 0 < index < 1000})[: MOST_PEOPLE - 1]
    if act == ADD and len(others) < MOST_PEOPLE - 1:
        others.append(max([*others, filed - 1, 0]) + 1)
    return [0, *(index for index in others if act != f"{REMOVE}{index}")]


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
