"""The clinic's one box."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from vaccinations.desk.scan import UnreadableScanError, read_box


class ScanField(forms.CharField):
    """The one box; cleans to a Scan, or to None when it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2_000, "strip": False, **kwargs})
        self.widget.attrs |= {
            "autocomplete": "off",
            "spellcheck": "false",
            "autocapitalize": "off",
            "class": "scan-box",
        }

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_box(text) if text.strip() else None
        except UnreadableScanError as error:
            raise ValidationError(
                _("This is no number, card, slip code or name that we know. Scan again, or type the 12 digits."),
                code="unreadable",
            ) from error


class BoxForm(forms.Form):
    scan = ScanField(
        label=_("Citizen ID, card, slip, invitation or name"),
        help_text=_(
            "Scan the card, the slip or the invitation, or type a number or a name, with or without accents. Then press Enter."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].widget.attrs["autofocus"] = True
        self.fields["scan"].error_messages["required"] = _("Scan the card or type a number first.")
