"""Forms about a lot for the whole country, and about who got it."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.stock.forms import KeyedForm
from vaxreg.forms import DayField

LATEST_YEAR = 2100


class LotSearchForm(forms.Form):
    q = forms.CharField(label=_("Lot number, or its beginning"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autofocus": True}


class RecallForm(KeyedForm):
    document = forms.CharField(label=_("Number of the document"), max_length=60)
    reason = ReasonField(label=_("Reason"))


class ExtensionForm(KeyedForm):
    usable_until = DayField(label=_("Usable until"), help_text=_("The last day of use, day/month/year."))
    document = forms.CharField(label=_("Number of the document"), max_length=60)
    in_force_from = DayField(
        label=_("In force from"), help_text=_("The day of the document: doses given before are judged by the box.")
    )

    def clean_usable_until(self) -> date:
        day = self.cleaned_data["usable_until"]
        if day.year > LATEST_YEAR:
            raise ValidationError(_("Check the year."), code="too_late")
        return day

    def clean_in_force_from(self) -> date:
        day = self.cleaned_data["in_force_from"]
        if day > timezone.localdate():
            raise ValidationError(_("This day lies in the future."), code="future")
        return day


class RevealForm(forms.Form):
    """Whose phone to show, of the list of recipients, and why."""

    dose = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    reason = ReasonField(label=_("Why must you see the phone?"), min_length=5)
