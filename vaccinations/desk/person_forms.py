"""What a page of the clinic desk carries of its person, and the forms beside the dose."""

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from residents.scan import Card
from vaccinations.desk.scan import read_scan
from vaxreg.forms import SealedField

PERSON, SAME = "clinic-person", "clinic-same"
SHIFT_SECONDS = 12 * 3600


class PersonForm(forms.Form):
    """Whose page it is: {"number": …, "card": its text if one was scanned, "key": makes one dose of a form sent twice}."""

    person = SealedField(purpose=PERSON, max_age_seconds=SHIFT_SECONDS)

    @property
    def number(self) -> str:
        return self.cleaned_data["person"]["number"]

    @property
    def card(self) -> Card | None:
        """The card that was scanned for this page."""
        text = self.cleaned_data["person"]["card"]
        return read_scan(text).card if text else None


class RevealForm(PersonForm):
    reason = ReasonField(label=_("Why must you see phone and address?"))


class SameForm(forms.Form):
    """A possible double and the number presented: {"resident": number, "presented": number or empty}."""

    same = SealedField(purpose=SAME, max_age_seconds=SHIFT_SECONDS)

    @property
    def number(self) -> str:
        return self.cleaned_data["same"]["resident"]

    @property
    def presented(self) -> str:
        return self.cleaned_data["same"]["presented"]
