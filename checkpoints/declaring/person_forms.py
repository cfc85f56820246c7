"""The questions about each person of a journey: who it is, and their health."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.fields import LineField, YesNoField, missing
from checkpoints.models import Symptom, TestKind, TestResult
from residents.citizen_id import CitizenId
from residents.forms import BirthField, NameField, NumberField
from residents.models import Resident
from vaxreg.language import named

NONE_OF_THESE = "none"


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
        self.place, self.is_first, self.is_known = place, not self.prefix, is_known
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
