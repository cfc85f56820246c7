"""A public form about one or more people, asked in two steps. What was sent travels with the page, not in a session."""

from typing import Any

from django.forms import BoundField, Form
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

MOST_PEOPLE = 10
# What the buttons say. A form sent without a button is sent to be filed.
SEND, CONTINUE, ADD, REMOVE, KEEP = "send", "continue", "add", "remove-", "keep"
NOT_CARRIED = {"csrfmiddlewaretoken", "do", "people"}


class PeopleSheet:
    """`data` is what the browser sent, `act` the button.

    A sheet of its own kind says what is asked: `forms` of the step that `is_at_start` names, and `people`.
    """

    is_at_start = True
    # The buttons with which the first step is sent, to be judged.
    judging = (SEND, CONTINUE)

    def __init__(self, data: MultiValueDict, *, act: str, known: int = 0) -> None:
        """`known`: how many people are there already, the first ones, before anything was sent."""
        self.data, self.act = data, act
        self.places = people_in(data, act, known=known)

    @property
    def forms(self) -> list[Form]:
        """The forms of the step that is asked, in their order."""
        raise NotImplementedError

    @property
    def people(self) -> list[Form]:
        """One form a person; its `place` counts from 1."""
        raise NotImplementedError

    @property
    def prefixes(self) -> list[str | None]:
        """What the names of each person's fields begin with: nothing for the first."""
        return [f"p{index}" if index else None for index in self.places]

    @property
    def is_full_house(self) -> bool:
        return len(self.places) >= MOST_PEOPLE

    @property
    def errors(self) -> list[tuple[Form, BoundField, str]]:
        """Each message with the form and field it belongs to, in the order of the page."""
        return [
            (form, field, message) for form in self.forms if form.is_bound for field in form for message in field.errors
        ]

    @cached_property
    def is_complete(self) -> bool:
        """Whether it was sent to be filed and nothing is wrong in it."""
        if self.act != SEND or self.is_at_start:
            return False
        # All of them, so that all mistakes are named at once.
        are_valid = [form.is_valid() for form in self.forms]
        return all(are_valid) and self._has_everybody_once()

    @property
    def known_numbers(self) -> set[Any]:
        """The numbers of people who are in the list without being asked for them."""
        return set()

    def _has_everybody_once(self) -> bool:
        seen = self.known_numbers
        for person in self.people:
            number = person.cleaned_data.get("number")
            if number in seen:
                person.add_error("number", _("This person is in the list already."))
            seen |= {number} - {None}
        return all(person.is_valid() for person in self.people)

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
        return not dash or prefix in self.prefixes

    @property
    def people_sent(self) -> str:
        return ",".join(map(str, self.places))

    def form(self, form_class: type[Form], *, is_checked: bool | None = None, **kwargs: Any) -> Form:
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


def people_in(data: MultiValueDict, act: str, *, known: int = 0) -> list[int]:
    """Returns the indexes of the people in the names of their fields; the first is always 0, and the first `known` are known."""
    sent = data.get("people") or ",".join(map(str, range(known)))
    typed = [int(text) for text in sent.split(",") if text.isascii() and text.isdigit()]
    others = sorted({index for index in typed if 0 < index < 1000})[: MOST_PEOPLE - 1]
    if act == ADD and len(others) < MOST_PEOPLE - 1:
        others.append(max([*others, known - 1, 0]) + 1)
    return [0, *(index for index in others if act != f"{REMOVE}{index}")]
