"""What narrows a list of doses due, and why somebody must see its phones."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.models import Vaccine

OLDEST = 120


class When(models.TextChoices):
    """Which days: each person is in one group at most."""

    NOW = "now", _("Due now")
    WEEK = "week", _("In the next 7 days")
    MONTH = "month", _("In 8 to 30 days")
    OVERDUE = "overdue", _("Overdue")
    UNDATED = "undated", _("No day laid down")


class DueForm(forms.Form):
    when = forms.ChoiceField(label=_("Which"), choices=When, initial=When.NOW)
    vaccine = forms.ModelChoiceField(
        Vaccine.objects.none(), label=_("Vaccine"), required=False, empty_label=_("any"), to_field_name="code"
    )
    age_from = forms.IntegerField(label=_("Age from"), required=False, min_value=0, max_value=OLDEST)
    age_to = forms.IntegerField(label=_("to"), required=False, min_value=0, max_value=OLDEST)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["vaccine"].queryset = Vaccine.objects.filter(is_active=True)
        for name in ("age_from", "age_to"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 3})

    def clean(self):
        said = super().clean()
        least, most = said.get("age_from"), said.get("age_to")
        if least is not None and most is not None and most < least:
            raise ValidationError({"age_to": _("This age is below the first one.")})
        return said


class PhonesForm(forms.Form):
    reason = ReasonField(label=_("Why must you see these phones?"))
