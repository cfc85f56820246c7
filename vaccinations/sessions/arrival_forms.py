"""What the page of a session sends when people come."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.desk.scan import Scan, UnreadableScanError, read_scan
from vaxreg.forms import SealedField

PERSON, SECONDS = "session-person", 1_800
KEY = {"min_value": 1, "max_value": 2**63 - 1}


class ArrivalForm(forms.Form):
    """The box; `appointment` where an invitation is open and its person's card is awaited."""

    scan = forms.CharField(
        label=_("Citizen ID, card, or code of an invitation"),
        required=False,
        max_length=2_000,
        strip=False,
        help_text=_("Scan the card or the code, or type them. Then press Enter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
    )
    appointment = forms.IntegerField(required=False, widget=forms.HiddenInput, **KEY)
    reason = ReasonField(label=_("How do you know that it is the same person?"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].widget.attrs |= {"autofocus": True, "class": "scan-box"}

    def clean_scan(self) -> Scan | None:
        text = self.cleaned_data["scan"]
        try:
            return read_scan(text) if text.strip() else None
        except UnreadableScanError as error:
            message = _("This is no number, card or code that we know. Scan again, or type it.")
            raise ValidationError(message, code="unreadable") from error


class WalkInForm(forms.Form):
    """Somebody of the registry who stands there without an invitation."""

    person = SealedField(purpose=PERSON, max_age_seconds=SECONDS)


class BookForm(WalkInForm):
    """A place offered to them at another hour or day."""

    session = forms.IntegerField(**KEY)
    starts_at = forms.TimeField()


class AppointmentForm(forms.Form):
    appointment = forms.IntegerField(**KEY)


class PhoneForm(forms.Form):
    """Why somebody must be called; `person` is a registered person."""

    person = forms.IntegerField(widget=forms.HiddenInput, **KEY)
    reason = ReasonField(label=_("Why do you call?"), required=False, help_text=_("It is logged with your name."))


class CallForm(forms.Form):
    person = forms.IntegerField(**KEY)
