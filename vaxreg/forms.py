"""Form parts that every app uses."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vaxreg.sealing import BrokenSealError, seal, unseal


class SealedField(forms.CharField):
    """A hidden JSON value that the visitor can neither read nor alter; cleans to the value that was sealed."""

    widget = forms.HiddenInput

    def __init__(self, *, purpose: str, max_age_seconds: int | None = None, **kwargs: Any) -> None:
        self.purpose, self.max_age_seconds = purpose, max_age_seconds
        super().__init__(**{"max_length": 20_000, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        # A bound form shows the text that came in; an unbound one seals its initial value.
        return value if isinstance(value, str) or value is None else seal(value, purpose=self.purpose)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return unseal(text, purpose=self.purpose, max_age_seconds=self.max_age_seconds) if text else None
        except BrokenSealError as error:
            raise ValidationError(_("This form is too old. Look the person up again."), code="broken") from error
