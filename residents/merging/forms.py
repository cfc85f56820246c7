"""Forms of merging: whom with, which number stays and why, and why it is undone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.forms import NumberField, ReasonField
from residents.merging.comparing import Side, proposed
from residents.merging.joining import are_two_citizen_ids
from residents.templatetags.people import masked_number
from vaxreg.forms import missing


class OtherNumberForm(forms.Form):
    """The number of the other record."""

    number = NumberField(
        label=_("Number of the other record"),
        help_text=_(
            "Citizen ID, old card number or provisional number. You see both side by side before anything happens."
        ),
        error_messages=missing(_("Enter the number of the other record.")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].widget.attrs["autofocus"] = True


class MergeForm(forms.Form):
    """Which of the two records stays, and why they are one person; for two citizen IDs why in spite of that."""

    keep = forms.ChoiceField(
        label=_("Which number is right and stays?"),
        widget=forms.RadioSelect,
        help_text=_("The other number leads there from then on. Facts that the record lacks are taken over."),
    )
    reason = ReasonField(
        label=_("How do you know that this is one person?"),
        help_text=_("For example: same card, same phone and mother, the person says so. It is logged with your name."),
        min_length=5,
    )
    second_reason = ReasonField(
        label=_("Two citizen IDs: how do you know that one of them is wrong?"),
        help_text=_(
            "Nobody has two. Twins often differ by a digit only: look at both cards, or ask the commune's police."
        ),
        min_length=10,
    )

    def __init__(self, *args: Any, sides: tuple[Side, Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sides = sides
        self.fields["keep"].choices = [
            (str(place), f"{masked_number(side.person.pk)} – {side.person.full_name}")
            for place, side in enumerate(sides)
        ]
        self.initial.setdefault("keep", str(sides.index(proposed(*sides))))
        if not are_two_citizen_ids(*(side.person.pk for side in sides)):
            del self.fields["second_reason"]

    @property
    def facts(self) -> dict[str, Any]:
        """As the service takes them."""
        place = int(self.cleaned_data["keep"])
        reasons = {"reason": self.cleaned_data["reason"], "second_reason": self.cleaned_data.get("second_reason", "")}
        return {"keep": self.sides[place].person, "drop": self.sides[1 - place].person, **reasons}

    @property
    def reason_to_see(self) -> str:
        """Why the numbers are wanted in full; empty where no good reason was given. Nothing else need be answered yet."""
        is_told = self.is_valid() or "reason" not in self.errors
        return self.cleaned_data["reason"] if is_told else ""


class UndoForm(forms.Form):
    """Why these are two people after all; where something was recorded since, that it belongs to the one kept."""

    reason = ReasonField(
        label=_("How do you know that these are two people?"),
        help_text=_("Your reason is logged with your name."),
        min_length=5,
    )
    later_stay = forms.BooleanField(
        label=_("What was recorded since belongs to the person kept, and stays there"),
        error_messages=missing(_("Say that it stays, or void and correct it first.")),
    )

    def __init__(self, *args: Any, has_later: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_later:
            del self.fields["later_stay"]
