"""Forms of a facility's stock: what moved, what was counted, which vial was opened."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.forms import ReasonField
from vaccinations.models import Facility, Lot, StockEntry, Vaccine
from vaccinations.models.stock import MOST_DOSES_AT_ONCE
from vaccinations.stock.services import StockError
from vaccinations.stock.sheets import Sheet
from vaxreg.forms import DayField

MOST_IN_A_VIAL = 100


class DosesField(forms.IntegerField):
    """A number of doses, typed."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        usual = {"label": pgettext_lazy("stock", "Doses"), "min_value": 1, "max_value": MOST_DOSES_AT_ONCE}
        super().__init__(**usual | kwargs)
        self.error_messages["invalid"] = _("Enter the number of doses in digits.")


class HereField(forms.ModelChoiceField):
    """A lot of the facility, with what the ledger says of it."""

    def __init__(self, **kwargs: Any) -> None:
        empty = _("Choose the vaccine and its lot")
        super().__init__(Lot.objects.none(), label=_("Vaccine – lot (doses on hand)"), empty_label=empty, **kwargs)
        self.error_messages["required"] = _("Choose the vaccine and its lot.")
        self.sheet: Sheet | None = None

    def label_from_instance(self, lot: Lot) -> str:
        return f"{lot.vaccine} – {lot.lot_number} ({self.sheet.on_hand(lot)})"


class KeyedForm(forms.Form):
    """A form of the stock; its key makes one entry of a form sent twice."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._focus(self.visible_fields()[0].name)

    def full_clean(self) -> None:
        super().full_clean()
        self._focus_fault()

    @property
    def facts(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "confirmed"}

    def add_fault(self, error: StockError) -> None:
        """Tells what the service refused, beside the answer that it is about."""
        self.add_error(error.field if error.field in self.fields else None, str(error.message))
        self._focus_fault()

    def _focus_fault(self) -> None:
        at_fault = next((field.name for field in self.visible_fields() if field.errors), None)
        if at_fault:
            self._focus(at_fault)

    def _focus(self, name: str) -> None:
        """Puts the keyboard into that field and no other."""
        for field in self.fields.values():
            field.widget.attrs.pop("autofocus", None)
        self.fields[name].widget.attrs["autofocus"] = True


class StockForm(KeyedForm):
    """A form about the lots of the facility of a sheet."""

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        if "lot" in self.fields:
            self.fields["lot"].sheet = sheet
            self.fields["lot"].queryset = self.lots()
        if "on" in self.fields:
            self.fields["on"].initial = sheet.day

    def lots(self) -> Any:
        """The lots on the facility's sheet, and those offered there."""
        on_sheet = [line.lot.pk for line in self.sheet.lines]
        offered = Lot.objects.at(self.sheet.facility).values("pk")
        return Lot.objects.filter(Q(pk__in=on_sheet) | Q(pk__in=offered)).listed()


class LessForm(StockForm):
    """Doses that leave the facility. More than the ledger has is asked about once, never refused."""

    confirmed = forms.BooleanField(label=_("The number is right: record it all the same"), required=False)

    @property
    def asks(self) -> bool:
        """Whether the number is so unusual that it must be confirmed."""
        return self.is_bound and "confirmed" in self.errors

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        lot, doses = cleaned.get("lot"), cleaned.get("doses")
        if lot and doses and not cleaned.get("confirmed") and doses > self.sheet.on_hand(lot):
            on_hand = {"on_hand": self.sheet.on_hand(lot)}
            self.add_error(
                "confirmed", _("The ledger has only %(on_hand)d doses of this lot. Check the number.") % on_hand
            )
        return cleaned


class ReceiveForm(StockForm):
    vaccine = forms.ModelChoiceField(
        Vaccine.objects.filter(is_active=True), label=_("Vaccine"), empty_label=_("Choose the vaccine")
    )
    lot_number = forms.CharField(
        label=_("Lot number on the box"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    expires_on = DayField(
        label=_("Expiry on the box"), help_text=_("Day/month/year. A box that names a month: its last day.")
    )
    doses = DosesField(help_text=_("Doses, not vials."))
    party = forms.CharField(label=_("From whom"), max_length=150)
    document = forms.CharField(label=_("Number of the delivery note"), max_length=60)
    on = DayField(label=_("Day"))


class ReasonedMixin(forms.Form):
    """Why doses are thrown away: a reason from the list, or another one in words."""

    reason = forms.ChoiceField(label=_("Why"), choices=StockEntry.Reason.choices, widget=forms.RadioSelect)
    note = ReasonField(label=_("In words"), required=False, help_text=_("Needed for another reason."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("reason") == StockEntry.Reason.OTHER and not cleaned.get("note") and "note" not in self.errors:
            self.add_error("note", _("Say what the other reason is."))
        return cleaned


class WasteForm(ReasonedMixin, LessForm):
    lot = HereField()
    doses = DosesField()
    on = DayField(label=_("Day"))
    field_order = ["lot", "doses", "confirmed", "reason", "note", "on"]


class ReturnForm(LessForm):
    lot = HereField()
    doses = DosesField()
    party = forms.CharField(label=_("To whom"), max_length=150)
    document = forms.CharField(label=_("Number of the return note"), max_length=60)
    on = DayField(label=_("Day"))
    field_order = ["lot", "doses", "confirmed", "party", "document", "on"]


class SendForm(LessForm):
    lot = HereField()
    doses = DosesField()
    receiver = forms.ModelChoiceField(
        Facility.objects.none(),
        label=_("To which facility"),
        empty_label=_("Choose the facility"),
        help_text=_("Facilities of your province. Its lead confirms what arrives."),
    )
    document = forms.CharField(label=_("Number of the transfer note"), max_length=60)
    field_order = ["lot", "doses", "confirmed", "receiver", "document"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].queryset = Facility.objects.beside(self.sheet.facility)


class CountForm(StockForm):
    lot = HereField()
    counted = DosesField(label=_("Doses counted"), min_value=0)
    note = ReasonField(
        label=_("Why it differs"), required=False, help_text=_("Needed where the count is not what the ledger says.")
    )

    def lots(self) -> Any:
        """The facility's lots, then all others in use: what is found in the refrigerator may never have been entered."""
        on_sheet = [line.lot.pk for line in self.sheet.lines]
        lots = Lot.objects.usable() | Lot.objects.filter(pk__in=on_sheet)
        by_expiry = F("expires_on").asc(nulls_last=True)
        in_order = ("-is_mine", "vaccine__name", by_expiry, "lot_number")
        return lots.annotate(is_mine=Q(pk__in=on_sheet)).select_related("vaccine").order_by(*in_order)


class ArrivalForm(KeyedForm):
    counted = DosesField(label=_("Doses counted on arrival"), min_value=0)
    note = ReasonField(label=_("Why it differs"), required=False, help_text=_("Needed where it is not what was sent."))


class TakeBackForm(KeyedForm):
    reason = ReasonField(label=_("What was wrong?"))


class PutAwayForm(ReasonedMixin, KeyedForm):
    wasted = DosesField(label=_("Doses left in it, to be thrown away"), min_value=0, max_value=MOST_IN_A_VIAL)
    field_order = ["wasted", "reason", "note"]


class OpenVialForm(KeyedForm):
    """One row of the board: a lot of the facility, of which a vial is opened now or was a short while ago."""

    lot = forms.ModelChoiceField(Lot.objects.none(), widget=forms.HiddenInput)
    doses = DosesField(label=_("Doses in the vial"), max_value=MOST_IN_A_VIAL)
    opened_time = forms.TimeField(
        label=pgettext_lazy("stock", "Time, if not now"),
        required=False,
        widget=forms.TimeInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, lots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].queryset = lots
        # There are as many such forms on the board as lots.
        self.fields["doses"].widget.attrs.pop("autofocus", None)

    def opened_at(self, now: datetime) -> datetime:
        """When it was opened: now, or at the time typed, which was yesterday's where it is still to come today."""
        typed = self.cleaned_data["opened_time"]
        if typed is None:
            return now
        moment = timezone.make_aware(datetime.combine(timezone.localdate(now), typed))
        return moment if moment <= now else moment - timedelta(days=1)
