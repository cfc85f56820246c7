"""Slip and number, and then the name or phone as it should be."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.forms import NameField, PhoneField, PhoneReasonField, ReasonField, explain_phone
from residents.models import Resident
from residents.scan import Card, Identity, UnreadableScanError, read_identity
from vaccinations.models import Slip
from vaxreg.codes import read_code
from vaxreg.forms import SealedField

MEND = "clinic-mend"
SHIFT_SECONDS = 12 * 3600
NO_CODE = _("This is no slip code. Look at the slip again: 8 letters and digits, for example 3467 9CDF.")


class IdentityField(forms.CharField):
    """A number typed or a card scanned; cleans to an Identity, or to None when it is empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2_000, **kwargs})
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}

    def clean(self, value: Any) -> Identity | None:
        text = super().clean(value)
        try:
            return read_identity(text) if text else None
        except UnreadableScanError as error:
            raise ValidationError(error.message, code="unreadable") from error


class FindSlipForm(forms.Form):
    code = forms.CharField(
        label=_("Slip code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    number = IdentityField(
        label=_("Number of the person, or their card"),
        help_text=_("To mend a name, scan the card."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number" if read_code(self["code"].value() or "") else "code"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if code is None:
            raise ValidationError(NO_CODE, code="malformed")
        return code

    @property
    def card_text(self) -> str:
        """The text of the card scanned, for the next step."""
        return self.data["number"] if self.cleaned_data["number"].card else ""


class MendForm(forms.Form):
    """What is right. `mend` is {"slip": code, "before": the facts shown, "card": text of a card scanned before}."""

    mend = SealedField(purpose=MEND, max_age_seconds=SHIFT_SECONDS)
    full_name = NameField()
    phone = PhoneField(required=False)
    phone_reason = PhoneReasonField()
    reason = ReasonField(
        label=_("What was wrong?"), help_text=_("For example: misheard, typed wrongly, number of somebody else.")
    )
    card = IdentityField(label=_("Card of the person, where the name changes"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("full_name", "phone"):
            # The computer is the clinic's: it must not offer the person before.
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if "mend" in facts and facts.get("phone") != facts["mend"]["before"]["phone"]:
            explain_phone(self)
        else:
            facts["phone_reason"] = ""
        return facts

    def clean_full_name(self) -> str:
        name = self.cleaned_data["full_name"]
        if "|" in name or any(character.isdigit() for character in name):
            raise ValidationError(_("A name has no digits. Scan the card into its own field."), code="scanned")
        return name

    @staticmethod
    def initial_of(slip: Slip, person: Resident, card_text: str) -> dict[str, Any]:
        facts = {"full_name": person.full_name, "phone": person.phone}
        return {**facts, "mend": {"slip": slip.code, "before": facts, "card": card_text}}

    @property
    def code(self) -> str:
        return self.cleaned_data["mend"]["slip"]

    @property
    def facts(self) -> dict[str, Any]:
        """As the service takes them."""
        return {
            "before": self.cleaned_data["mend"]["before"],
            "after": {name: self.cleaned_data[name] for name in ("full_name", "phone")},
            "reason": self.cleaned_data["reason"],
            "phone_reason": self.cleaned_data["phone_reason"],
            "card": self._card,
        }

    @property
    def _card(self) -> Card | None:
        scanned, text = self.cleaned_data["card"], self.cleaned_data["mend"]["card"]
        return scanned.card if scanned else read_identity(text).card if text else None
