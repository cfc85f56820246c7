"""Forms of the clinic desk."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.birth import UNKNOWN
from residents.forms import BirthField, NameField, PhoneField, PhoneReasonField, ReasonField, explain_phone
from residents.models import Resident, Unit
from residents.scan import Card
from vaccinations.desk.scan import Scan, UnreadableScanError, read_scan
from vaccinations.doses.services import Entry, Reason
from vaccinations.models import MOST_DOSES, Dose, Facility, Lot
from vaxreg.forms import SealedField
from vaxreg.sealing import seal

PERSON, IDENTITY, SAME = "clinic-person", "clinic-identity", "clinic-same"
SHIFT_SECONDS = 12 * 3600
EARLIEST_YEAR = 1900


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
            return read_scan(text) if text.strip() else None
        except UnreadableScanError as error:
            raise ValidationError(
                _("This is no number, card or slip code that we know. Scan again, or type the 12 digits."),
                code="unreadable",
            ) from error


class LotField(forms.ModelChoiceField):
    """Vaccine and lot at once: a lot belongs to one vaccine."""

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "required": _("Choose the vaccine and its lot."),
            "invalid_choice": _("This lot is not in use any more. Choose another one."),
        }
        empty = _("Choose the vaccine and its lot")
        super().__init__(
            Lot.objects.none(), label=_("Vaccine – lot (expiry)"), empty_label=empty, error_messages=messages, **kwargs
        )

    def label_from_instance(self, lot: Lot) -> str:
        expiry = lot.expires_on.strftime("%d/%m/%Y") if lot.expires_on else _("expiry not known")
        return f"{lot.vaccine} – {lot.lot_number} ({expiry})"


class BoxForm(forms.Form):
    scan = ScanField(
        label=_("Citizen ID, card or slip"),
        help_text=_("Scan the card or the slip, or type a number. Then press Enter."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scan"].widget.attrs["autofocus"] = True
        self.fields["scan"].error_messages["required"] = _("Scan the card or type a number first.")


class PersonForm(forms.Form):
    """Whose page it is: {"number": …, "card": its text if one was scanned, "key": makes one dose of a form sent twice}."""

    person = SealedField(purpose=PERSON, max_age_seconds=SHIFT_SECONDS)

    @property
    def number(self) -> str:
        return self.cleaned_data["person"]["number"]

    @property
    def card(self) -> Card | None:
        """The card that was scanned for this page."""
        text = self.cleaned_data["person"]["card"]
        return read_scan(text).card if text else None


class RevealForm(PersonForm):
    reason = ReasonField(label=_("Why must you see phone and address?"))


class DoseFields(forms.Form):
    """What is to be recorded as given."""

    dose_number = forms.IntegerField(
        label=_("Dose"),
        min_value=1,
        max_value=MOST_DOSES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    lot = LotField()
    administered_on = forms.DateField(
        label=_("Given on"), widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    administered_time = forms.TimeField(
        # Empty on another day than today: not known.
        label=_("Time, if not now"),
        required=False,
        widget=forms.TimeInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    vaccinator = forms.CharField(label=_("Vaccinator"), max_length=150, required=False)
    warning_reason = ReasonField(label=_("Why is it right in spite of the warnings?"), required=False)
    seen = forms.CharField(max_length=250, required=False, widget=forms.HiddenInput)

    # The dose that has the number already, when the service said so, and the number that this one may be meant to have.
    taken: Dose | None = None
    proposed: int | None = None

    def __init__(self, data: Any = None, *args: Any, lots: Any, **kwargs: Any) -> None:
        # The button that takes the number proposed: all else stays as it was typed.
        if data and data.get("take_number"):
            data = {**data.dict(), "dose_number": data["take_number"]}
        super().__init__(data, *args, **kwargs)
        self.fields["lot"].queryset = lots

    def clean_administered_on(self) -> date:
        day = self.cleaned_data["administered_on"]
        if day.year < EARLIEST_YEAR:
            raise ValidationError(_("Check the year."), code="too_early")
        return day

    def entry(self, *, facility: Facility, key: UUID, now: datetime) -> Entry:
        """What the clerk entered; the time left empty is now for today's dose, and unknown for an earlier one."""
        facts, lot = self.cleaned_data, self.cleaned_data["lot"]
        return Entry(
            dose_number=facts["dose_number"],
            vaccine=lot.vaccine,
            lot=lot,
            facility=facility,
            administered_on=facts["administered_on"],
            administered_at=self._moment(now),
            vaccinator=facts["vaccinator"],
            key=key,
        )

    def _moment(self, now: datetime) -> datetime | None:
        day, hour = self.cleaned_data["administered_on"], self.cleaned_data["administered_time"]
        if hour is None:
            return now if day == timezone.localdate(now) else None
        return timezone.make_aware(datetime.combine(day, hour))

    @property
    def reason(self) -> Reason:
        seen = self.cleaned_data["seen"]
        return Reason(text=self.cleaned_data["warning_reason"], seen=frozenset(seen.split(",") if seen else ()))

    @property
    def entered(self) -> dict[str, Any]:
        """What of the dose is known so far: from a new form's proposals, or from the readable fields of one sent in."""
        facts = self.cleaned_data if self.is_bound else self.initial
        return {
            "lot": facts.get("lot"),
            "dose_number": facts.get("dose_number"),
            "on": facts.get("administered_on"),
        }

    def add_faults(self, faults: dict[str, str]) -> None:
        for field, sentence in faults.items():
            self.add_error(field, sentence)

    def focus(self, usual: str, *, is_doubtful: bool) -> None:
        """Puts the keyboard where the next answer is wanted: the first fault, a lot, the reason, or the usual field."""
        if self.proposed:
            # The keyboard is on the button that takes the number proposed.
            return
        field = next((field.name for field in self.visible_fields() if field.errors), None)
        if field is None:
            field = "lot" if not self.entered["lot"] else "warning_reason" if is_doubtful else usual
        self.fields[field].widget.attrs["autofocus"] = True


class DoseForm(DoseFields, PersonForm):
    """The right-hand side of the person page. A card scanned into its box opens that person instead of recording."""

    scan = ScanField(label=_("Next card"), required=False)

    @property
    def key(self) -> UUID:
        return UUID(self.cleaned_data["person"]["key"])


class ReplaceForm(DoseFields):
    void_reason = ReasonField(label=_("What was wrong with the record?"))
    form_key = SealedField(purpose="clinic-replace", max_age_seconds=SHIFT_SECONDS)

    @property
    def key(self) -> UUID:
        return UUID(self.cleaned_data["form_key"]["key"])

    @staticmethod
    def initial_of(dose: Dose) -> dict[str, Any]:
        return {
            "dose_number": dose.dose_number,
            "lot": dose.lot,
            "administered_on": dose.administered_on,
            "administered_time": dose.administered_at and timezone.localtime(dose.administered_at).time(),
            "vaccinator": dose.vaccinator,
            "form_key": new_key(),
        }


class VoidForm(forms.Form):
    reason = ReasonField(
        label=_("Why is this record wrong?"), help_text=_("For example: wrong person, not given, entered twice.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True


class IdentityForm(forms.Form):
    """What a person not registered presented, carried on: {"scan": text of the box, "seen": doubles looked at}."""

    identity = SealedField(purpose=IDENTITY, max_age_seconds=SHIFT_SECONDS)

    @property
    def scan(self) -> Scan:
        text = self.cleaned_data["identity"]["scan"]
        return read_scan(text) if text else Scan("")

    @property
    def seen(self) -> list[str]:
        return self.cleaned_data["identity"]["seen"]


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

    def having_seen(self, people: list[Resident]) -> "RegisterForm":
        """The same form to send again by who has looked at these people and found them to be others."""
        identity = {"scan": self.scan.text, "seen": [*self.seen, *(person.pk for person in people)]}
        data = {**self.data.dict(), "identity": seal(identity, purpose=IDENTITY)}
        form = RegisterForm(data, scan=self.scan, home=self.home)
        # An Enter pressed without looking opens the person found; it makes no second one.
        for field in form.fields.values():
            field.widget.attrs.pop("autofocus", None)
        return form


class SameForm(forms.Form):
    """A possible double and the number presented: {"resident": number, "presented": number or empty}."""

    same = SealedField(purpose=SAME, max_age_seconds=SHIFT_SECONDS)

    @property
    def number(self) -> str:
        return self.cleaned_data["same"]["resident"]

    @property
    def presented(self) -> str:
        return self.cleaned_data["same"]["presented"]


def new_key() -> dict[str, str]:
    """Returns the key of a new form: what it records is recorded once."""
    return {"key": str(uuid4())}
