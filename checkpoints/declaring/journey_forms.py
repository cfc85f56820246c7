"""The first step of a declaration: where from, where to, how, and what the vehicle makes it necessary to ask."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.fields import DayField, LineField, PlateField, RowField, missing, province_order
from checkpoints.declaring.places import choose_ward
from checkpoints.models import Checkpoint, JourneyReason, VehicleKind
from residents.models import Unit
from vaxreg.language import named

PLACE_HINT = _("Its old or its new name. If you do not know it, write the district or town.")


class JourneyForm(forms.Form):
    """Where from, where to, how. `today` says which units and vehicles are in force."""

    origin_province = RowField(
        label=_("Province or city you travel from"),
        error_messages=missing(_("Choose the province or city you travel from.")),
    )
    origin_place = LineField(
        label=_("Ward or commune you travel from"),
        help_text=PLACE_HINT,
        error_messages=missing(_("Enter the ward or commune you travel from.")),
    )
    destination_province = RowField(
        label=_("Province or city you travel to"),
        error_messages=missing(_("Choose the province or city you travel to.")),
    )
    destination_place = LineField(
        label=_("Ward or commune you travel to"),
        help_text=PLACE_HINT,
        error_messages=missing(_("Enter the ward or commune you travel to.")),
    )
    checkpoint = RowField(
        label=_("Checkpoint you will pass"),
        help_text=_("If you pass several, choose the first. The pass holds at all."),
        error_messages=missing(_("Choose the checkpoint you will pass.")),
    )
    vehicle_kind = RowField(label=_("How you travel"), error_messages=missing(_("Choose how you travel.")))
    journey_reason = RowField(label=_("Why you travel"), error_messages=missing(_("Choose why you travel.")))
    departs_on = DayField(label=_("Day of the journey"), required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        provinces = sorted(Unit.objects.provinces().in_force(today), key=province_order)
        self.fields["origin_province"].offer(provinces)
        self.fields["destination_province"].offer(provinces)
        self.fields["checkpoint"].offer(list(Checkpoint.objects.in_use()))
        self.fields["vehicle_kind"].offer(list(VehicleKind.objects.in_force(today)))
        reasons = list(JourneyReason.objects.in_force(today))
        self.fields["journey_reason"].offer(reasons)
        self.fields["journey_reason"].required = bool(reasons)
        self.fields["departs_on"].offer(today)

    def chosen(self, name: str) -> Any:
        """The row chosen in the field, right or wrong as the rest may be; None where it is none of those offered."""
        return self.fields[name].rows.get(str(self[name].value() or ""))

    @property
    def from_where(self) -> str:
        return f"{self['origin_place'].value() or ''}, {named(self.chosen('origin_province'))}"

    @property
    def to_where(self) -> str:
        return f"{self['destination_place'].value() or ''}, {named(self.chosen('destination_province'))}"

    @property
    def answered(self) -> dict[str, Any]:
        said = self.cleaned_data
        plain = ("checkpoint", "vehicle_kind", "journey_reason", "departs_on")
        return {name: said[name] for name in plain} | {
            "origin": self.unit_at("origin"),
            "origin_text": said["origin_place"],
            "destination": self.unit_at("destination"),
            "destination_text": said["destination_place"],
        }

    def unit_at(self, end: str) -> Unit:
        """The ward meant, or the province where the words name no ward of it."""
        province = self.cleaned_data[f"{end}_province"]
        wards = Unit.objects.wards().in_force(self.today).filter(parent=province)
        return choose_ward(self.cleaned_data[f"{end}_place"], wards) or province


class VehicleForm(forms.Form):
    """What the kind of vehicle makes it necessary to ask: its plate, or seat and number of the flight or train."""

    plate = PlateField(
        help_text=_("For example 51F-123.45."), error_messages=missing(_("Enter the number plate of the vehicle."))
    )
    seat = LineField(label=_("Seat"), max_length=10, required=False, help_text=_("If you know it."))

    def __init__(self, *args: Any, vehicle: VehicleKind | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_plate, has_seat = vehicle is not None and vehicle.has_plate, vehicle is not None and vehicle.has_seat
        if has_seat and not has_plate:
            plate = self.fields["plate"]
            plate.label, plate.required = _("Number of the flight, train or ship"), False
            plate.help_text = _("For example VN 123. If you know it.")
        if not has_plate and not has_seat:
            del self.fields["plate"]
        if not has_seat:
            del self.fields["seat"]

    @property
    def answered(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in ("plate", "seat")}
