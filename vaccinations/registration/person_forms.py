"""The questions about each person who registers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import BirthField, NameField, NumberField, PhoneField
from residents.models import Resident
from vaccinations.models import ChronicCondition, PriorityGroup
from vaccinations.registration.services import Person
from vaxreg.forms import RowField, missing
from vaxreg.language import named

NONE, UNKNOWN = "none", "unknown"
NOT_BOTH = _("Tick either conditions, or “None of these diseases”, or “I do not know”.")
CONTRADICTIONS = {
    "sex": _("The number on the card says another sex than you entered."),
    "birth_year": _("The number on the card says another year of birth than you entered."),
}


class GroupField(RowField):
    """A priority group, or the answer that the person belongs to none that they know of (cleans to None)."""

    def offer(self, rows: list) -> None:
        super().offer(rows)
        self.choices = [*self.choices, (NONE, _("None of these, or I do not know"))]


class PersonForm(forms.Form):
    """One person: who it is, and what decides when they are invited. The first is the person who registers."""

    full_name = NameField(help_text=_("As on the ID card."), error_messages=missing(_("Enter the full name.")))
    birth = BirthField(error_messages=missing(_("Enter the date of birth, or the year.")))
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=[("", _("Choose")), *Resident.Sex.choices[:2]],
        error_messages=missing(_("Choose the sex.")),
    )
    number = NumberField(
        required=False,
        help_text=_("The 12 digits on the ID card, or the 9 digits of the old card. Leave it empty if there is none."),
    )
    is_number_right = forms.BooleanField(label=_("I have checked the card: all three are right"), required=False)
    phone = PhoneField(
        help_text=_("The clinic calls this number, for example when a day changes."),
        error_messages=missing(_("Enter your phone number.")),
    )
    group = GroupField(label=_("Group"), error_messages=missing(_("Choose a group, or “None of these”.")))
    conditions = forms.MultipleChoiceField(
        label=_("Chronic diseases"),
        help_text=_("Tick all that apply. The doctor at the clinic asks again."),
        widget=forms.CheckboxSelectMultiple,
        error_messages=missing(_("Tick the diseases, or “None of these diseases”, or “I do not know”.")),
    )
    is_standby = forms.BooleanField(
        label=_("Can come within an hour if a dose is left over at the end of a day"), required=False
    )

    def __init__(
        self, *args: Any, place: int, groups: list[PriorityGroup], ailments: list[ChronicCondition], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.is_first = place, not self.prefix
        self.index = (self.prefix or "0").removeprefix("p")
        self.fields["group"].offer(groups)
        choices = [(ailment.code, named(ailment)) for ailment in ailments]
        self.fields["conditions"].choices = [
            *choices,
            (NONE, _("None of these diseases")),
            (UNKNOWN, _("I do not know")),
        ]
        if not self.is_first:
            self.word_for_another()

    def word_for_another(self) -> None:
        """The phone's owner fills in somebody else: the browser must not put the owner's name there."""
        for name in ("full_name", "birth", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["number"].help_text = _("Leave it empty for a child without a number: you stand for the child.")
        self.fields["phone"].required = False
        self.fields["phone"].help_text = _("Leave it empty to be reached at the first person's number.")

    @property
    def asked(self) -> list:
        """The fields shown; the one that confirms an odd number only where the number is odd."""
        return [field for field in self if field.name != "is_number_right" or self.is_asking_again]

    @property
    def is_asking_again(self) -> bool:
        return bool(self["is_number_right"].value()) or self.has_error("number", "contradiction")

    def clean_conditions(self) -> list[str] | None:
        ticked = self.cleaned_data["conditions"]
        if {NONE, UNKNOWN} & set(ticked) and len(ticked) > 1:
            raise ValidationError(NOT_BOTH, code="contradiction")
        return {NONE: [], UNKNOWN: None}.get(ticked[0], sorted(ticked))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        number, birth = cleaned.get("number"), cleaned.get("birth")
        if number and birth and not cleaned.get("is_number_right"):
            # What the digits themselves say: nothing is looked up.
            for fact in number.contradictions(sex=cleaned.get("sex", ""), born=birth.earliest):
                advice = _("%(fact)s Check all three; if they are right, tick the box below.")
                self.add_error(
                    "number", ValidationError(advice, code="contradiction", params={"fact": CONTRADICTIONS[fact]})
                )
                break
        return cleaned

    def answered(self, phone: str) -> Person:
        """Who registers; `phone` is the first person's, for whom has none of their own."""
        said = self.cleaned_data
        return Person(
            full_name=said["full_name"],
            birth=said["birth"],
            sex=said["sex"],
            number=said["number"].number if said["number"] else "",
            phone=said["phone"] or phone,
            priority_group=said["group"],
            conditions=said["conditions"],
            is_standby=said["is_standby"],
        )
