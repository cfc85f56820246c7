"""The declaration asked by the officer, of somebody who has filed none."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.fields import LineField, PlateField, RowField, YesNoField
from checkpoints.declaring.filing import Answers
from checkpoints.models import Attestation, Symptom, VehicleKind
from residents.citizen_id import CitizenId
from residents.forms import BirthField, NameField, PhoneField
from vaxreg.language import named


class SpotDeclarationForm(forms.Form):
    """Five taps: the vehicle, the three questions of health, and filing. What papers and post say stands there already.

    A phone is not proposed: it is not shown in full to whom it need not be.
    """

    vehicle_kind = RowField(
        label=_("Vehicle"), widget=forms.RadioSelect, error_messages={"required": _("Choose the vehicle.")}
    )
    has_travelled = YesNoField(label=_("Elsewhere in the last 14 days?"))
    is_ill = YesNoField(label=_("Signs of illness in the last 14 days?"))
    had_contact = YesNoField(label=_("Contact with a case in the last 14 days?"))
    places_visited = LineField(label=_("Elsewhere: which places?"), required=False, max_length=500)
    symptoms = forms.MultipleChoiceField(
        label=_("Ill: which signs?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    origin = RowField(label=_("From"), error_messages={"required": _("Choose where the journey begins.")})
    destination = RowField(label=_("To"), error_messages={"required": _("Choose where the journey ends.")})
    plate = PlateField(required=False)
    phone = PhoneField(required=False)
    full_name = NameField()
    birth = BirthField(help_text="")
    QUESTIONS = ("has_travelled", "is_ill", "had_contact")
    FACTS = ("origin", "destination", "plate", "phone", "full_name", "birth")

    def __init__(self, *args, provinces, **kwargs):
        super().__init__(*args, **kwargs, auto_id="spot_%s")
        today = timezone.localdate()
        self.fields["origin"].offer(provinces)
        self.fields["destination"].offer(provinces)
        self.fields["vehicle_kind"].offer(list(VehicleKind.objects.in_force(today)))
        self.fields["vehicle_kind"].choices = self.fields["vehicle_kind"].choices[1:]
        self.fields["symptoms"].choices = [
            (symptom.code, named(symptom)) for symptom in Symptom.objects.in_force(today)
        ]
        for name in ("full_name", "birth", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    @property
    def questions(self):
        return [self[name] for name in self.QUESTIONS]

    @property
    def facts(self):
        return [self[name] for name in self.FACTS]

    @property
    def first_error(self):
        """The name of the first question to be answered anew, where the keyboard goes."""
        return next((field.name for field in self if field.errors), None)

    @property
    def ends(self):
        """The names of where from and where to."""
        rows = [self.fields[name].rows.get(str(self[name].value() or "")) for name in ("origin", "destination")]
        return [named(row) if row else "" for row in rows]

    @property
    def lacks_facts(self):
        """Whether one of the facts must be seen: it is wrong, or nothing could be proposed for it."""
        return any(field.errors or (field.field.required and not field.value()) for field in self.facts)

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
        said, today = self.cleaned_data, timezone.localdate()
        return Answers(
            form_key=UUID(str(ticket.key)),
            number=CitizenId(ticket.number),
            has_number=not ticket.is_without_number,
            is_for_other=ticket.is_without_number,
            full_name=said["full_name"],
            birth=said["birth"],
            phone=said["phone"] or "",
            origin=said["origin"],
            origin_text="",
            destination=said["destination"],
            destination_text="",
            checkpoint=checkpoint,
            departs_on=today,
            vehicle_kind=said["vehicle_kind"],
            plate=said["plate"] if said["vehicle_kind"].has_plate else "",
            places_visited=said["places_visited"],
            symptoms=tuple(said["symptoms"]),
            had_contact=said["had_contact"],
            attested=True,
            attestation=Attestation.objects.in_force(today).last(),
        )
