"""What is recorded of a dose: for the first time, in place of another, or struck out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.desk.person_forms import SHIFT_SECONDS, PersonForm
from vaccinations.desk.scan_forms import ScanField
from vaccinations.doses.services import Entry, Reason
from vaccinations.models import MOST_DOSES, Dose, Facility, Lot
from vaxreg.forms import SealedField

EARLIEST_YEAR = 1900


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

    # The dose that has the number already, when the service said so.
    taken: Dose | None = None

    def __init__(self, *args: Any, lots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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


def new_key() -> dict[str, str]:
    """Returns the key of a new form: what it records is recorded once."""
    return {"key": str(uuid4())}
