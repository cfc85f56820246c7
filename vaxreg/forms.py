"""Form parts that every app uses."""

import re
from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from vaxreg.accounts import new_second_factor_key
from vaxreg.language import named
from vaxreg.models import User
from vaxreg.sealing import BrokenSealError, seal, unseal

LONGEST_USERNAME, LONGEST_PASSWORD = 150, 1_000
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]


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


class DayField(forms.DateField):
    """A day, typed day first whatever language the browser has: 25/11/2026, 25.11.2026 or 25112026.

    As an address carries it (2026-11-25) it is read too, and shown day first.
    """

    DAY_FIRST = re.compile(r"(\d{1,2})[-./ ]?(\d{1,2})[-./ ]?(\d{4})", re.ASCII)
    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 10})

    def to_python(self, value: Any) -> date | None:
        match = self.DAY_FIRST.fullmatch(value.strip()) if isinstance(value, str) else None
        return super().to_python("/".join(match.groups()) if match else value)

    def prepare_value(self, value: Any) -> Any:
        with suppress(ValidationError):
            return self.to_python(value)
        return value


class MomentField(forms.DateTimeField):
    """A day and time of day, typed day first: 25/11/2026 07:30. As a browser's own field writes it, it is read too."""

    widget = forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"autocomplete": "off", "size": 16})

    def prepare_value(self, value: Any) -> Any:
        with suppress(ValidationError):
            return super().prepare_value(self.to_python(value))
        return value


class RowField(forms.ChoiceField):
    """One of a handful of rows, loaded once by the form; cleans to the row."""

    rows: dict[str, Any] = {}

    def offer(self, rows: list, *, empty: Any = None) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [("", empty or _("Choose")), *((key, named(row)) for key, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class AsReceived(str):
    """Text as the browser sent it, and as it may be shown to it again."""

    __slots__ = ()


class SealedField(forms.CharField):
    """A hidden JSON value that the visitor can neither read nor alter; cleans to the value that was sealed."""

    widget = forms.HiddenInput

    def __init__(self, *, purpose: str, max_age_seconds: int | None = None, **kwargs: Any) -> None:
        self.purpose, self.max_age_seconds = purpose, max_age_seconds
        super().__init__(**{"max_length": 20_000, **kwargs})

    def bound_data(self, data: Any, initial: Any) -> Any:
        return data if data is None else AsReceived(data)

    def prepare_value(self, value: Any) -> Any:
        # A bound form shows the text that came in; an unbound one seals its initial value, text or not.
        return value if isinstance(value, AsReceived) or value is None else seal(value, purpose=self.purpose)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return unseal(text, purpose=self.purpose, max_age_seconds=self.max_age_seconds) if text else None
        except BrokenSealError as error:
            raise ValidationError(_("This form is too old. Look the person up again."), code="broken") from error


class SignInForm(AuthenticationForm):
    """User name and password. One answer to every failure: it tells nobody which accounts exist."""

    error_messages = {
        "invalid_login": _("User name and password do not match, or the account is not in use."),
        "inactive": _("User name and password do not match, or the account is not in use."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].widget.attrs["spellcheck"] = "false"
        # Django sets max_length after the fields are made, and so without its validator; django-axes has no room for
        # longer names, and Argon2 reads as much as it is given.
        for name, longest in (("username", LONGEST_USERNAME), ("password", LONGEST_PASSWORD)):
            self.fields[name].validators.append(MaxLengthValidator(longest))


class TokenForm(forms.Form):
    """The six digits that an authenticator app shows."""

    token = forms.RegexField(
        regex=r"^[0-9]{6}$",
        label=_("Six digits"),
        help_text=_("Open your authenticator app and enter the digits it shows now."),
        error_messages={"invalid": _("Enter the six digits, without spaces.")},
        max_length=6,
        strip=True,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class SecondFactorSetUpForm(TokenForm):
    """The digits made of a new key, and the key itself, sealed for the user to whom it was shown."""

    key = SealedField(purpose="second-factor", max_age_seconds=3_600)

    def __init__(self, user: User, **kwargs: Any) -> None:
        self.user = user
        self.offered_key = new_second_factor_key()
        super().__init__(**kwargs, initial={"key": {"user": user.pk, "key": self.offered_key}})

    def clean_key(self) -> str:
        offer = self.cleaned_data["key"]
        if offer["user"] != self.user.pk:
            raise ValidationError(_("This key was made for somebody else."), code="foreign")
        self.offered_key = offer["key"]
        return self.offered_key
