"""The last questions of a declaration: how to reach who files it; and who may change it afterwards."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.fields import LineField, missing
from checkpoints.models import Attestation
from residents.forms import BirthField, PhoneField
from vaxreg.forms import SealedField
from vaxreg.language import named

PASS_CHANGE, OPEN_SECONDS = "pass-change", 1_800
NO_ATTESTATION = _("What I have declared is true. I know that a false declaration is punishable by law.")


class ContactForm(forms.Form):
    """How to reach the person who files, and the declaration's last word."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    phone = PhoneField(
        help_text=_("So that a doctor can reach you."), error_messages=missing(_("Enter your phone number."))
    )
    address = LineField(
        label=_("Address where you live"),
        max_length=250,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    is_for_other = forms.BooleanField(
        label=_("I fill this in for somebody else, who travels without me."), required=False
    )
    attestation = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    attested = forms.BooleanField(error_messages=missing(_("Tick this box to confirm your declaration.")))
    CONTACT = ("phone", "address", "email")

    def __init__(self, *args: Any, today: date, is_full: bool = False, is_alone: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_force = Attestation.objects.in_force(today).order_by("in_force_from", "pk").last()
        self.fields["attested"].label = named(self.in_force) if self.in_force else NO_ATTESTATION
        self.fields["attestation"].initial = self.in_force and self.in_force.pk
        if not is_full:
            del self.fields["address"], self.fields["email"]
        if not is_alone:
            del self.fields["is_for_other"]

    @property
    def contact(self) -> list:
        return [self[name] for name in self.CONTACT if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        shown = cleaned.get("attestation", "")
        if shown and shown != str(self.in_force and self.in_force.pk):
            self.data = self.data.copy()
            self.data["attestation"] = self.in_force and self.in_force.pk
            self.add_error("attested", _("The text to confirm has changed. Read it again."))
        return cleaned

    @property
    def answered(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {name: said[name] for name in self.CONTACT if name in said} | {
            "form_key": said["key"],
            "attested": said["attested"],
            "attestation": self.in_force,
        }


class IdentityForm(forms.Form):
    """What only the person who filed knows besides the pass."""

    birth = BirthField(error_messages=missing(_("Enter the date of birth, as you declared it.")))
    phone = PhoneField(error_messages=missing(_("Enter the phone number, as you declared it.")))


class OpenedForm(forms.Form):
    """Proof that this pass was opened for change, and which versions of its declarations were seen."""

    opened = SealedField(purpose=PASS_CHANGE, max_age_seconds=OPEN_SECONDS)

    def __init__(self, *args: Any, token: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token = token

    def clean_opened(self) -> list[int]:
        proof = self.cleaned_data["opened"]
        if proof["token"] != self.token:
            raise ValidationError(_("This form belongs to another pass."), code="foreign")
        return proof["seen"]
