"""The declaration's questions. What the desk posts is in desk_forms.py."""

from typing import Any
from uuid import uuid4

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Checkpoint, Symptom, VehicleKind
from checkpoints.places import choose_ward
from checkpoints.services import Answers
from residents.forms import BirthField, NameField, NumberField, PhoneField
from residents.models import Unit
from residents.names import clean_name, fold
from vaxreg.language import named

NONE_OF_THESE = "none"
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]
PLACE_HINT = _("Its old or its new name. If you do not know it, write the district or town.")
PROVINCE_WORDS = ("thanh pho ", "tinh ")


class YesNoField(forms.ChoiceField):
    """A question that must be answered: nothing is chosen beforehand. Cleans to a boolean."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": YES_OR_NO, "error_messages": {"required": _("Answer yes or no.")}, **kwargs})

    def clean(self, value: Any) -> bool:
        return super().clean(value) == "yes"


class RowField(forms.ChoiceField):
    """One of a handful of rows, loaded once by the form; cleans to the row."""

    def offer(self, rows: list) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [("", _("Choose")), *((key, named(row)) for key, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class PlaceField(forms.CharField):
    """Places in somebody's own words; kept in composed letters and on one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 150, **kwargs})
        self.widget.attrs |= {"autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class PlateField(forms.CharField):
    """A number plate; cleans to capitals without spaces, dots and hyphens: 51F12345."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Number plate"), "max_length": 15, **kwargs})
        self.widget.attrs |= {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        text = clean_name(super().to_python(value)).upper()
        return "".join(character for character in text if character.isalnum())


class DeclarationForm(forms.Form):
    """The whole declaration. `today` says which units, symptoms and vehicles are in force."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    number = NumberField(help_text=_("The 12 digits on your ID card, or the 9 digits of the old card."))
    full_name = NameField(help_text=_("As on your ID card."))
    birth = BirthField()
    phone = PhoneField(help_text=_("So that a doctor can reach you."))

    origin_province = RowField(label=_("Province or city you travel from"))
    origin_place = PlaceField(label=_("Ward or commune you travel from"), help_text=PLACE_HINT)
    destination_province = RowField(label=_("Province or city you travel to"))
    destination_place = PlaceField(label=_("Ward or commune you travel to"), help_text=PLACE_HINT)
    checkpoint = RowField(
        label=_("Checkpoint you will pass"),
        help_text=_("If you pass several, choose the first. The pass holds at all."),
    )
    vehicle_kind = RowField(label=_("How you travel"))
    plate = PlateField(
        required=False,
        help_text=_("For example 51F-123.45. Leave it empty if you travel without a plate of your own."),
    )

    # The wording of the domestic declaration of 2021 (docs/glossary.md, NĐ89), in today's plain words.
    # Translators: "Trong vòng 14 ngày qua, Anh/Chị có đến tỉnh/thành phố, quốc gia/vùng lãnh thổ nào (có thể đi qua nhiều nơi)?"
    has_travelled = YesNoField(
        label=_("In the last 14 days, have you been to any other province, city, country or territory?")
    )
    places_visited = PlaceField(
        label=_("If yes: which places?"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Name all of them, for example: Hà Nội, Lào Cai."),
    )
    # Translators: "Trong vòng 14 ngày qua, Anh/Chị có thấy xuất hiện ít nhất 1 trong các dấu hiệu: sốt, ho, khó thở, viêm phổi,
    # đau họng, mệt mỏi (thay đổi vị giác)?"
    symptoms = forms.MultipleChoiceField(
        label=_("In the last 14 days, have you had any of these signs?"),
        help_text=_("Tick all that apply."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick the signs you have had, or “None of these”.")},
    )
    # Translators: "Trong vòng 14 ngày qua, Anh/Chị có tiếp xúc với: người bệnh hoặc nghi ngờ mắc COVID-19 / người từ nước có
    # bệnh COVID-19 / người có biểu hiện (sốt, ho, khó thở, viêm phổi)?"
    had_contact = YesNoField(
        label=_(
            "In the last 14 days, have you been near anybody who has or may have COVID-19, who came from a country "
            "with COVID-19, or who showed any of these signs?"
        )
    )
    attested = forms.BooleanField(
        label=_("What I have declared is true. I know that a false declaration is punishable by law."),
        error_messages={"required": _("Tick this box to confirm your declaration.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate()
        self.offer_rows()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "key",
            Fieldset(_("About you"), "number", "full_name", "birth", "phone"),
            Fieldset(
                _("Your journey"),
                *("origin_province", "origin_place", "destination_province", "destination_place"),
                *("checkpoint", "vehicle_kind", "plate"),
            ),
            Fieldset(_("Your health"), "has_travelled", "places_visited", "symptoms", "had_contact"),
            "attested",
        )

    def offer_rows(self) -> None:
        provinces = sorted(Unit.objects.provinces().in_force(self.today), key=_province_order)
        self.fields["origin_province"].offer(provinces)
        self.fields["destination_province"].offer(provinces)
        self.fields["checkpoint"].offer(list(Checkpoint.objects.in_use()))
        self.fields["vehicle_kind"].offer(list(VehicleKind.objects.in_force(self.today)))
        symptoms = [(symptom.code, named(symptom)) for symptom in Symptom.objects.in_force(self.today)]
        self.fields["symptoms"].choices = [*symptoms, (NONE_OF_THESE, _("None of these"))]

    def clean_symptoms(self) -> tuple[str, ...]:
        ticked = tuple(self.cleaned_data["symptoms"])
        if NONE_OF_THESE in ticked and len(ticked) > 1:
            raise ValidationError(_("Tick either signs or “None of these”, not both."), code="contradiction")
        return () if ticked == (NONE_OF_THESE,) else ticked

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        vehicle, has_travelled = cleaned.get("vehicle_kind"), cleaned.get("has_travelled")
        if vehicle and vehicle.has_plate and "plate" not in self.errors and not cleaned.get("plate"):
            self.add_error("plate", _("Enter the number plate of the vehicle."))
        if has_travelled is True and not cleaned.get("places_visited") and "places_visited" not in self.errors:
            self.add_error("places_visited", _("Name the places where you have been."))
        if has_travelled is False and cleaned.get("places_visited"):
            self.add_error("places_visited", _("You answered “No” but named places. Change one of the two."))
        return cleaned

    @cached_property
    def answers(self) -> Answers:
        """What a valid form says."""
        said = self.cleaned_data
        return Answers(
            form_key=said["key"],
            number=said["number"],
            full_name=said["full_name"],
            birth=said["birth"],
            phone=said["phone"],
            origin=self.unit_at("origin"),
            origin_text=said["origin_place"],
            destination=self.unit_at("destination"),
            destination_text=said["destination_place"],
            checkpoint=said["checkpoint"],
            vehicle_kind=said["vehicle_kind"],
            plate=said["plate"] if said["vehicle_kind"].has_plate else "",
            places_visited=said["places_visited"],
            symptoms=said["symptoms"],
            had_contact=said["had_contact"],
            attested=said["attested"],
        )

    def unit_at(self, end: str) -> Unit:
        """The ward meant, or the province where the words name no ward of it."""
        province = self.cleaned_data[f"{end}_province"]
        wards = Unit.objects.wards().in_force(self.today).filter(parent=province)
        return choose_ward(self.cleaned_data[f"{end}_place"], wards) or province


def _province_order(province: Unit) -> str:
    """People look for "Hà Nội" under H, not under the T of "Thành phố"."""
    name = fold(named(province))
    for word in PROVINCE_WORDS:
        name = name.removeprefix(word)
    return name
