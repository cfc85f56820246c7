"""The kinds of question that a declaration asks: yes or no, a row, a day, a line of words, a plate."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from checkpoints.templatetags.passes import WEEKDAYS
from residents.models import Unit
from residents.names import clean_name, fold
from vaxreg.language import named

YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]
PROVINCE_WORDS = ("thanh pho ", "tinh ")
DAYS_OFFERED = 4


def missing(message: Any) -> dict[str, Any]:
    """Returns the messages of a field with this one for an empty answer."""
    return {"required": message}


class YesNoField(forms.ChoiceField):
    """A question that must be answered: nothing is chosen beforehand. Cleans to a boolean."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": YES_OR_NO, "error_messages": missing(_("Answer yes or no.")), **kwargs})

    def clean(self, value: Any) -> bool:
        return super().clean(value) == "yes"


class RowField(forms.ChoiceField):
    """One of a handful of rows, loaded once by the form; cleans to the row."""

    rows: dict[str, Any] = {}

    def offer(self, rows: list, *, empty: Any = None) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [("", empty or _("Choose")), *((key, named(row)) for key, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class DayField(forms.ChoiceField):
    """Today or one of the next days; cleans to the date. Yesterday is taken too: the form may have waited for a signal."""

    def offer(self, today: date) -> None:
        self.days = {str(today + timedelta(days=n)): today + timedelta(days=n) for n in range(-1, DAYS_OFFERED)}
        self.choices = [(key, _day_in_words(day, today)) for key, day in self.days.items() if day >= today]

    def valid_value(self, value: Any) -> bool:
        return value in self.days

    def clean(self, value: Any) -> date | None:
        return self.days.get(super().clean(value))


class LineField(forms.CharField):
    """Somebody's own words; kept in composed letters and on one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 150, **kwargs})

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class PlateField(forms.CharField):
    """A number plate; cleans to capitals without spaces, dots and hyphens: 51F12345."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Number plate"), "max_length": 15, **kwargs})
        self.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        text = clean_name(super().to_python(value)).upper()
        return "".join(character for character in text if character.isalnum())


def province_order(province: Unit) -> str:
    """People look for "Hà Nội" under H, not under the T of "Thành phố"."""
    name = fold(named(province))
    for word in PROVINCE_WORDS:
        name = name.removeprefix(word)
    return name


def _day_in_words(day: date, today: date) -> str:
    words = {0: _("Today"), 1: _("Tomorrow")}.get((day - today).days, WEEKDAYS[day.weekday()])
    return f"{words}, {date_format(day, 'd/m')}"
