"""Somebody who is not registered yet."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.birth import UNKNOWN
from residents.forms import BirthField, NameField, PhoneField, PhoneReasonField, explain_phone
from residents.matching import Candidate
from residents.models import Resident, Unit
from vaccinations.desk.person_forms import SHIFT_SECONDS
from vaccinations.desk.scan import Scan, read_scan
from vaccinations.models import RegisteredPerson
from vaxreg.forms import SealedField
from vaxreg.sealing import seal

IDENTITY = "clinic-identity"


class IdentityForm(forms.Form):
    """What a person not registered presented, carried on: as `identity_of` makes it."""

    identity = SealedField(purpose=IDENTITY, max_age_seconds=SHIFT_SECONDS)

    @property
    def scan(self) -> Scan:
        text = self.cleaned_data["identity"]["scan"]
        return read_scan(text) if text else Scan("")

    @property
    def seen(self) -> list[str]:
        return self.cleaned_data["identity"]["seen"]

    @property
    def invitation(self) -> str:
        """The code on which the person came."""
        return self.cleaned_data["identity"]["invitation"]


def identity_of(scan: Scan, *, seen: Sequence[str] = (), invitation: str = "") -> dict[str, Any]:
    """Returns what the form of a person not registered carries on."""
    return {"scan": scan.text, "seen": list(seen), "invitation": invitation}


def known_of(person: RegisteredPerson) -> dict[str, Any]:
    """Returns what a citizen said when registering for vaccination, as the form proposes it."""
    names = ("full_name", "birth", "sex", "phone", "province", "ward")
    return {name: getattr(person, name) for name in names}


class RegisterForm(IdentityForm):
    """A person to register; asks only what a card did not say."""

    ASKED = frozenset({"full_name", "sex", "phone", "phone_reason", "province", "ward", "is_holder"})

    full_name = NameField()
    birth = BirthField(required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Resident.Sex.choices, required=False)
    phone = PhoneField(required=False)
    phone_reason = PhoneReasonField()
    province = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Lives in (province or city)"),
        required=False,
        empty_label=_("not known"),
        help_text=_("Staff find a person only in the area where the person lives."),
    )
    ward = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Ward or commune"),
        required=False,
        empty_label=_("not known"),
        error_messages={"invalid_choice": _("This ward lies in another province. Choose again, or leave it unknown.")},
    )
    is_holder = forms.BooleanField(
        label=_("This is the person who holds the old number: make both one record, with all doses"), required=False
    )
    has_no_number = forms.BooleanField(
        label=_("This person has neither a citizen ID nor an old card number"),
        error_messages={"required": _("Confirm it, or go back and enter the number.")},
    )

    def __init__(self, *args: Any, scan: Scan, home: Unit, **kwargs: Any) -> None:
        """`home` is the unit where the facility lies: its province is proposed."""
        super().__init__(*args, **kwargs)
        self.home = home
        self.initial.setdefault("province", home.parent_id or home.pk)
        self._offer_units()
        known = ("full_name", "birth", "sex") if scan.card else ("is_holder",)
        for name in (*known, *(("has_no_number",) if scan.number else ())):
            del self.fields[name]
        for name in self.fields.keys() & {"full_name", "birth", "phone"}:
            # The computer is the clinic's: it must not offer the person before.
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone" if scan.card else "full_name"].widget.attrs["autofocus"] = True

    def _offer_units(self) -> None:
        """The provinces of today, and the wards of the one that is chosen or proposed."""
        units, province = Unit.objects.in_force(timezone.localdate()), self.fields["province"]
        province.queryset = units.provinces()
        try:
            chosen = province.clean(self["province"].value())
        except ValidationError:
            chosen = None
        self.fields["ward"].queryset = units.wards().filter(parent=chosen) if chosen else units.none()

    def clean(self) -> dict[str, Any]:
        super().clean()
        explain_phone(self)
        return self.cleaned_data

    def clean_full_name(self) -> str:
        name = self.cleaned_data["full_name"]
        if "|" in name or any(character.isdigit() for character in name):
            raise ValidationError(_("A name has no digits. To read a card, go back to the box."), code="scanned")
        return name

    @property
    def facts(self) -> dict[str, Any]:
        """The person's facts as register_at_clinic takes them."""
        facts = {name: self.cleaned_data[name] for name in self.ASKED & self.cleaned_data.keys()}
        return facts | {"birth": self.cleaned_data.get("birth") or UNKNOWN}

    def having_seen(self, doubles: Sequence[Candidate]) -> "RegisterForm":
        """The same form to send again by who has looked at these people and found them to be others."""
        seen = [*self.seen, *(double.resident.pk for double in doubles)]
        identity = identity_of(self.scan, seen=seen, invitation=self.invitation)
        data = {**self.data.dict(), "identity": seal(identity, purpose=IDENTITY)}
        form = RegisterForm(data, scan=self.scan, home=self.home)
        # An Enter pressed without looking makes no second person.
        for field in form.fields.values():
            field.widget.attrs.pop("autofocus", None)
        return form
