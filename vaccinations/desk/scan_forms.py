"""The clinic's one box."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
            raise ValidationError(what_is_wrong(text), code="unreadable") from error


def what_is_wrong(text: str) -> str:
    """Returns what the clerk does about a text that cannot be read: most often a digit is missing."""
    digits = "".join(text.split()).replace(".", "")
    if not (digits.isascii() and digits.isdigit()):
        return _("This is no number, card, slip code or name that we know. Scan again, or type the 12 digits.")
    sentence = _(
        "%(n)d digits were typed. A citizen ID has 12, an old card 9; a phone number has 10 and begins with 0."
    )
    return sentence % {"n": len(digits)}


class BoxForm(forms.Form):
    scan = ScanField(
        label=gettext_lazy("Citizen ID, card, slip, invitation or name"),
        help_text=gettext_lazy(
            "Scan the card, the slip or the invitation, or type a number or a name, with or without accents. Then press Enter."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].widget.attrs["autofocus"] = True
        self.fields["scan"].error_messages["required"] = _("Scan the card or type a number first.")
