"""The kinds of question that a declaration asks: yes or no, a row, a day, a line of words, a plate."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from residents.forms import LineField, province_order
from residents.names import clean_name
from vaxreg.forms import YES_OR_NO, RowField, YesNoField, missing
from vaxreg.moments import WEEKDAYS

# The kinds that other forms of the site ask in the same way come from the rooms below.
__all__ = ["YES_OR_NO", "DayField", "LineField", "PlateField", "RowField", "YesNoField", "missing", "province_order"]
DAYS_OFFERED = 4


class DayField(forms.ChoiceField):
    """Today or one of the next days; cleans to the date. Yesterday is taken too: the form may have waited for a signal."""

    def offer(self, today: date) -> None:
        self.days = {str(today + timedelta(days=n)): today + timedelta(days=n) for n in range(-1, DAYS_OFFERED)}
        self.choices = [(key, _day_in_words(day, today)) for key, day in self.days.items() if day >= today]

    def valid_value(self, value: Any) -> bool:
        return value in self.days

    def clean(self, value: Any) -> date | None:
        return self.days.get(super().clean(value))


class PlateField(forms.CharField):
    """A number plate; cleans to capitals without spaces, dots and hyphens: 51F12345."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Number plate"), "max_length": 15, **kwargs})
        self.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        text = clean_name(super().to_python(value)).upper()
        return "".join(character for character in text if character.isalnum())


def _day_in_words(day: date, today: date) -> str:
    words = {0: _("Today"), 1: _("Tomorrow")}.get((day - today).days, WEEKDAYS[day.weekday()])
    return f"{words}, {date_format(day, 'd/m')}"
