"""The declaration's questions, form by form, in the order in which they are asked."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from checkpoints.models import (
    Attestation,
    Checkpoint,
    JourneyReason,
    Symptom,
    TestKind,
    TestResult,
    VehicleKind,
)
from checkpoints.places import choose_ward
from checkpoints.templatetags.passes import WEEKDAYS
from residents.citizen_id import CitizenId
from residents.forms import BirthField, NameField, NumberField, PhoneField
from residents.models import Resident, Unit
from residents.names import clean_name, fold
from vaxreg.forms import SealedField
from vaxreg.language import named

NONE_OF_THESE = "none"
YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]
PLACE_HINT = _("Its old or its new name. If you do not know it, write the district or town.")
PROVINCE_WORDS = ("thanh pho ", "tinh ")
DAYS_OFFERED = 4
PASS_CHANGE, OPEN_SECONDS = "pass-change", 1_800
NO_ATTESTATION = _("What I have declared is true. I know that a false declaration is punishable by law.")


def missing(message: Any) -> dict[str, Any]:
    return {"required": message}


class YesNoField(forms.ChoiceField):
    """A question that must be answered: nothing is chosen beforehand. Cleans to a boolean."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": YES_OR_NO, "error_messages": missing(_("Answer yes or no.")), **kwargs})

    def clean(self, value: Any) -> bool:
        return super().clean(value) == "yes"


class RowField(forms.ChoiceField):
    """One of a handful of rows, loaded once by the form; cleans to the row."""

    rows: dict[str, Any] = {}

    def offer(self, rows: list) -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [("", _("Choose")), *((key, named(row)) for key, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        return self.rows.get(super().clean(value))


class DayField(forms.ChoiceField):
    """Today or one of the next days; cleans to the date. Yesterday is taken too: the form may have waited for a signal."""

    def offer(self, today: date) -> None:
        self.days = {str(today + timedelta(days=n)): today + timedelta(days=n) for n in range(-1, DAYS_OFFERED)}
        self.choices = [(key, _day_in_words(day, today)) for key, day in self.days.items() if day >= today]

    def valid_value(self, value: Any) -> bool:
        return value in self.days

    def clean(self, value: Any) -> date | None:
        return self.days.get(super().clean(value))


class LineField(forms.CharField):
    """Somebody's own words; kept in composed letters and on one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 150, **kwargs})

    def to_python(self, value: Any) -> str:
        return clean_name(super().to_python(value))


class PlateField(forms.CharField):
    """A number plate; cleans to capitals without spaces, dots and hyphens: 51F12345."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Number plate"), "max_length": 15, **kwargs})
        self.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}

    def to_python(self, value: Any) -> str:
        text = clean_name(super().to_python(value)).upper()
        return "".join(character for character in text if character.isalnum())


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


class PersonForm(forms.Form):
    """One person: who it is, and their health. The first is the person who files."""

    number = NumberField(
        help_text=_("The 12 digits on the ID card, or the 9 digits of the old card."),
        error_messages=missing(_("Enter the number on the ID card.")),
    )
    full_name = NameField(help_text=_("As on the ID card."), error_messages=missing(_("Enter the full name.")))
    birth = BirthField(error_messages=missing(_("Enter the date of birth, or the year.")))
    sex = forms.ChoiceField(label=_("Sex"), choices=[("", _("Choose")), *Resident.Sex.choices[:2]], required=False)
    nationality = LineField(
        label=_("Nationality"),
        max_length=60,
        initial="Việt Nam",
        error_messages=missing(_("Enter the nationality.")),
    )
    insurance_number = LineField(
        label=_("Health insurance number"), max_length=20, required=False, help_text=_("If you have it at hand.")
    )
    # The wording of the domestic declaration of 2021 (docs/glossary.md, NĐ89), in today's plain words.
    # Translators: "Trong vòng 14 ngày qua, Anh/Chị có đến tỉnh/thành phố, quốc gia/vùng lãnh thổ nào (có thể đi qua nhiều nơi)?"
    has_travelled = YesNoField(
        label=_("In the last 14 days, have you been to any other province, city, country or territory?")
    )
    places_visited = LineField(
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
        error_messages=missing(_("Tick the signs you have had, or “None of these”.")),
    )
    # Translators: "Trong vòng 14 ngày qua, Anh/Chị có tiếp xúc với: người bệnh hoặc nghi ngờ mắc COVID-19 / người từ nước có
    # bệnh COVID-19 / người có biểu hiện (sốt, ho, khó thở, viêm phổi)?"
    had_contact = YesNoField(
        label=_(
            "In the last 14 days, have you been near anybody who has or may have COVID-19, who came from a country "
            "with COVID-19, or who showed any of these signs?"
        )
    )
    test_kind = forms.ChoiceField(
        label=_("Kind of test"), choices=[("", _("Choose")), *TestKind.choices], required=False
    )
    test_result = forms.ChoiceField(label=_("Result"), choices=[("", _("Choose")), *TestResult.choices], required=False)
    test_taken_at = forms.DateTimeField(
        label=_("Day and time of the test"),
        required=False,
        help_text=_("When the sample was taken, as on the result slip. For example 23/11/2026 07:30."),
        input_formats=["%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter day and time as day/month/year hour:minute.")},
    )
    WHO = ("number", "full_name", "birth", "sex", "nationality", "insurance_number")
    HEALTH = ("has_travelled", "places_visited", "symptoms", "had_contact")
    TEST = ("test_kind", "test_result", "test_taken_at")

    def __init__(
        self, *args: Any, place: int, signs: list[Symptom], is_full: bool = False, is_known: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.place, self.is_first = place, not self.prefix
        self.index = (self.prefix or "0").removeprefix("p")
        choices = [(symptom.code, named(symptom)) for symptom in signs]
        self.fields["symptoms"].choices = [*choices, (NONE_OF_THESE, _("None of these"))]
        if not is_full:
            del self.fields["nationality"], self.fields["insurance_number"]
            if self.is_first:
                # The number says it.
                del self.fields["sex"]
        if is_known:
            del self.fields["number"]
        if not self.is_first:
            self.word_for_another()

    def word_for_another(self) -> None:
        """The phone's owner fills in somebody else: the browser must not put the owner's name there."""
        for name in ("full_name", "birth"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if "number" in self.fields:
            self.fields["number"].required = False
            self.fields["number"].help_text = _("Leave it empty for a child without a number: you stand for the child.")

    @property
    def who(self) -> list:
        return [self[name] for name in self.WHO if name in self.fields]

    @property
    def health(self) -> list:
        return [self[name] for name in self.HEALTH]

    @property
    def test(self) -> list:
        return [self[name] for name in self.TEST]

    @property
    def has_test(self) -> bool:
        return any(field.value() or field.errors for field in self.test)

    def clean_symptoms(self) -> tuple[str, ...]:
        ticked = tuple(self.cleaned_data["symptoms"])
        if NONE_OF_THESE in ticked and len(ticked) > 1:
            raise ValidationError(_("Tick either signs or “None of these”, not both."), code="contradiction")
        return () if ticked == (NONE_OF_THESE,) else ticked

    def clean_test_taken_at(self) -> Any:
        taken_at = self.cleaned_data["test_taken_at"]
        if taken_at and taken_at > timezone.now():
            raise ValidationError(_("The test lies in the future. Check day and time."), code="future")
        return taken_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.clean_places(cleaned)
        given = [name for name in self.TEST if cleaned.get(name) or name in self.errors]
        for name in set(self.TEST) - set(given) if given else ():
            self.add_error(name, _("Enter kind, result and time of the test, or none of them."))
        return cleaned

    def clean_places(self, cleaned: dict[str, Any]) -> None:
        has_travelled = cleaned.get("has_travelled")
        if has_travelled is True and not cleaned.get("places_visited") and "places_visited" not in self.errors:
            self.add_error("places_visited", _("Name the places where you have been."))
        if has_travelled is False and cleaned.get("places_visited"):
            self.add_error("places_visited", _("You answered “No” but named places. Change one of the two."))

    def answered(self, declarer: CitizenId | None) -> dict[str, Any]:
        """The answers; without a number of one's own the declarer's stands for it."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "has_travelled"}
        own = said.get("number")
        return said | {"number": own or declarer, "has_number": own is not None, "is_for_other": not self.is_first}


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


def province_order(province: Unit) -> str:
    """People look for "Hà Nội" under H, not under the T of "Thành phố"."""
    name = fold(named(province))
    for word in PROVINCE_WORDS:
        name = name.removeprefix(word)
    return name


def _day_in_words(day: date, today: date) -> str:
    words = {0: _("Today"), 1: _("Tomorrow")}.get((day - today).days, WEEKDAYS[day.weekday()])
    return f"{words}, {date_format(day, 'd/m')}"
