"""The declaration asked by the officer, of somebody who has filed none."""

from uuid import UUID

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.fields import LineField, PlateField, RowField, YesNoField, province_order
from checkpoints.declaring.filing import Answers
from checkpoints.models import Attestation, Symptom, VehicleKind
from residents.citizen_id import CitizenId
from residents.forms import BirthField, NameField, PhoneField
from residents.models import Unit
from vaxreg.language import named


class SpotDeclarationForm(forms.Form):
    """The plain questions only: where from and to, by what, and the three of the declaration. Nothing is guessed."""

    origin = RowField(label=_("From"))
    destination = RowField(label=_("To"))
    vehicle_kind = RowField(label=_("Vehicle"))
    has_travelled = YesNoField(label=_("Elsewhere in the last 14 days?"))
    is_ill = YesNoField(label=_("Signs of illness in the last 14 days?"))
    had_contact = YesNoField(label=_("Contact with a case in the last 14 days?"))
    places_visited = LineField(label=_("If elsewhere: which places?"), required=False, max_length=500)
    symptoms = forms.MultipleChoiceField(
        label=_("If ill: which signs?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    plate = PlateField(required=False)
    full_name = NameField()
    birth = BirthField()
    phone = PhoneField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        provinces = sorted(Unit.objects.provinces().in_force(today), key=province_order)
        self.fields["origin"].offer(provinces)
        self.fields["destination"].offer(provinces)
        self.fields["vehicle_kind"].offer(list(VehicleKind.objects.in_force(today)))
        self.fields["symptoms"].choices = [
            (symptom.code, named(symptom)) for symptom in Symptom.objects.in_force(today)
        ]
        self.fields["origin"].widget.attrs["autofocus"] = True
        for name in ("full_name", "birth", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def prefill(self, answer):
        """Puts in what the card or the registry says; a phone is not shown in full to whom it need not be."""
        who = answer.who
        self.initial |= {"full_name": who.full_name, "birth": str(who.birth) if who.birth.earliest else ""}

    def clean(self):
        cleaned = super().clean()
        self.need(
            "symptoms", cleaned.get("is_ill"), _("Tick the signs."), _("“No” was answered, but signs are ticked.")
        )
        self.need(
            "places_visited",
            cleaned.get("has_travelled"),
            _("Name the places."),
            _("“No” was answered, but places are named."),
        )
        return cleaned

    def need(self, name, is_so, missing, contradicted):
        """The details of a question are given when it was answered yes, and only then."""
        if is_so is not None and name not in self.errors and bool(self.cleaned_data.get(name)) != is_so:
            self.add_error(name, ValidationError(missing if is_so else contradicted, code="contradiction"))

    def answers(self, ticket, checkpoint):
        """What a valid form says of the ticket's person; the same ticket makes the same declaration."""
        said = self.cleaned_data
        return Answers(
            form_key=UUID(str(ticket.key)),
            number=CitizenId(ticket.number),
            full_name=said["full_name"],
            birth=said["birth"],
            phone=said["phone"] or "",
            origin=said["origin"],
            origin_text="",
            destination=said["destination"],
            destination_text="",
            checkpoint=checkpoint,
            vehicle_kind=said["vehicle_kind"],
            plate=said["plate"] if said["vehicle_kind"].has_plate else "",
            places_visited=said["places_visited"],
            symptoms=tuple(said["symptoms"]),
            had_contact=said["had_contact"],
            attested=True,
            attestation=Attestation.objects.in_force(timezone.localdate()).last(),
        )
