"""Which day is shown."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vaccinations.desk.dose_forms import GivenOnField


class DayForm(forms.Form):
    day = GivenOnField(label=_("Day"), required=False)

    def clean_day(self) -> date:
        day = self.cleaned_data["day"] or timezone.localdate()
        if day > timezone.localdate():
            raise ValidationError(_("This day lies in the future."), code="future")
        return day

    @classmethod
    def asked(cls, query: dict[str, str]) -> "DayForm":
        """The form as the address asks; today's where it asks for no day."""
        return cls(query) if "day" in query else cls(initial={"day": timezone.localdate()})

    @property
    def chosen(self) -> date:
        """The day asked for; today where none is, or none can be read."""
        return self.cleaned_data["day"] if self.is_valid() else timezone.localdate()
