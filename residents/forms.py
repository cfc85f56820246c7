"""Form fields for the facts of a person, each telling beside itself what it expects."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.birth import Birth, UnreadableBirthError, read_birth
from residents.citizen_id import CitizenId, MalformedNumberError, read_number
from residents.names import clean_name

PHONE = re.compile(r"(?:\+?84|0)([35789]\d{8}|2\d{9})", re.ASCII)


class NumberField(forms.CharField):
    """A citizen ID, old card number or provisional number; cleans to a CitizenId."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"label": _("Citizen ID number"), "max_length": 40, **kwargs}
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> CitizenId | None:
        text = super().clean(value)
        try:
            return read_number(text) if text else None
        except MalformedNumberError as error:
            raise ValidationError(error.message, code="malformed") from error


class NameField(forms.CharField):
    """A person's full name, kept as clean_name keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Full name"), "max_length": 150, **kwargs})
        self.widget.attrs |= {"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class BirthField(forms.CharField):
    """A date of birth, or as much of it as is known; cleans to a Birth."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("Day/month/year, for example 05/03/1990. If only the year is known, enter the year.")
        super().__init__(**{"label": _("Date of birth"), "max_length": 20, "help_text": help_text, **kwargs})
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "bday"}

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Birth) else value

    def clean(self, value: Any) -> Birth | None:
        text = super().clean(value)
        try:
            return read_birth(text) if text else None
        except UnreadableBirthError as error:
            raise ValidationError(error.message, code="unreadable") from error


class PhoneField(forms.CharField):
    """A Vietnamese phone number; cleans to its national form, 0912345678."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Phone number"), "max_length": 20, **kwargs})
        self.widget.input_type = "tel"
        self.widget.attrs |= {"autocomplete": "tel", "inputmode": "tel"}

    def clean(self, value: Any) -> str:
        text = re.sub(r"[\s.\-()]", "", super().clean(value))
        match = PHONE.fullmatch(text)
        if text and not match:
            raise ValidationError(_("Enter a phone number of 10 digits, for example 0912 345 678."), code="malformed")
        return f"0{match[1]}" if match else ""
