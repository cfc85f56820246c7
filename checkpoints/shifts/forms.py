"""What the page of the shift posts."""

from django import forms
from django.utils.translation import gettext_lazy as _


class HandoverForm(forms.Form):
    """Begins the shift, or ends it with a note for the next officer."""

    START, END = "start", "end"

    act = forms.ChoiceField(choices=[(START, START), (END, END)])
    note = forms.CharField(label=_("Note for the next officer"), max_length=1000, required=False)


class QuickModeForm(forms.Form):
    """Switches quick mode on for a reason, or off."""

    START, END = "start", "end"

    act = forms.ChoiceField(choices=[(START, START), (END, END)])
    reason = forms.CharField(label=_("Why is quick mode needed?"), max_length=200, required=False)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("act") == self.START and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Give a reason: it is kept."))
        return cleaned
