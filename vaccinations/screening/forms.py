"""The screening on the person's page: nothing noted at first, and consent said in so many words."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from residents.forms import NameField, PhoneField, ReasonField
from vaccinations.models import Screening, ScreeningItem, Visit, VitalLimit
from vaccinations.screening.checklists import PersonalChecklist
from vaccinations.screening.rules import Audience, Result, Vitals
from vaccinations.screening.services import ScreeningError, Statement

# What an instrument can show of somebody alive: beyond it, it was mistyped.
POSSIBLE = {"temperature": (30, 45), "pulse": (20, 250), "respiration": (4, 90)}
POSSIBLE |= {"systolic": (40, 300), "diastolic": (20, 200), "usual_systolic": (40, 300)}
LABELS = {choice.value: choice.label for choice in VitalLimit.Vital} | {
    "usual_systolic": _("usual systolic blood pressure, mmHg")
}
ANSWERS = [("", _("not noted")), ("no", _("no")), ("yes", _("yes"))]


class VitalField(forms.DecimalField):
    """A measurement, with a decimal point or comma."""

    def __init__(self, *, vital: str) -> None:
        lowest, highest = POSSIBLE[vital]
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        places = {"max_digits": 4, "decimal_places": 1, "min_value": lowest, "max_value": highest}
        super().__init__(label=capfirst(LABELS[vital]), required=False, widget=widget, **places)

    def to_python(self, value: Any) -> Decimal | None:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class ScreeningForm(forms.Form):
    """One group of three for each item of the person's checklist, a line for words where it says yes, and the vital signs."""

    prefix = "screening"
    consent = forms.ChoiceField(
        label=_("Consent"), choices=Screening.Consent.choices, required=False, widget=forms.RadioSelect
    )
    guardian_name = NameField(label=_("Parent or guardian"), required=False)
    guardian_phone = PhoneField(label=_("Their phone"), required=False)
    conclusion = forms.ChoiceField(
        label=_("Conclusion"), required=False, choices=[("", _("as computed")), *ScreeningItem.Conclusion.choices[:-1]]
    )
    override_reason = ReasonField(label=_("Why another conclusion than computed?"), required=False)
    concluded = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, checklist: PersonalChecklist, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        for item in checklist.items:
            self.fields[f"item_{item.code}"] = forms.ChoiceField(
                label=str(item), choices=ANSWERS, required=False, widget=forms.RadioSelect, initial=""
            )
            self.fields[f"words_{item.code}"] = forms.CharField(
                label=_("In words"),
                required=False,
                max_length=250,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )
        for vital in self.vital_names:
            self.fields[vital] = VitalField(vital=vital)
        self._prepare_consent()

    def _prepare_consent(self) -> None:
        """Adults sign a form of consent before they come to the desk; of others somebody has to say it here."""
        if self.checklist.audience == Audience.ADULT:
            self.initial.setdefault("consent", Screening.Consent.AGREED)
            del self.fields["guardian_name"], self.fields["guardian_phone"]
            return
        for name in ("guardian_name", "guardian_phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def tell(self, error: ScreeningError) -> None:
        """Says beside its field why the service refused; the conclusion itself is shown above the fields."""
        self.add_error(error.field if error.field in self.fields else None, error.message)

    @property
    def forbids(self) -> bool:
        """Whether no dose is given by what was noted, and nobody decided otherwise."""
        return self.is_bound and not self.result.allows_dose and not self.cleaned_data.get("conclusion")

    def focus(self) -> bool:
        """Puts the keyboard on the first fault, if there is one to be mended; says whether it has a place."""
        faulty = [field.name for field in self.visible_fields() if field.errors]
        if self.forbids:
            # Else the button that records "no dose" for this conclusion has it.
            faulty = [name for name in faulty if name not in {"conclusion", "override_reason"}]
        for name in faulty[:1]:
            self.fields[name].widget.attrs["autofocus"] = True
        return bool(faulty) or self.forbids

    @property
    def vital_names(self) -> list[str]:
        """The vital signs that the checklist has limits for; the usual pressure where it asks for a rise over it."""
        names = [limit.vital for limit in self.checklist.limits]
        return [*names, "usual_systolic"] if "systolic" in names else names

    @property
    def lines(self) -> Iterator[tuple[ScreeningItem, forms.BoundField, forms.BoundField]]:
        """Each item with its answer and its words."""
        for item in self.checklist.items:
            yield item, self[f"item_{item.code}"], self[f"words_{item.code}"]

    @property
    def vitals(self) -> list[forms.BoundField]:
        return [self[name] for name in self.vital_names]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        for item in self.checklist.items:
            answer, words = facts.get(f"item_{item.code}"), facts.get(f"words_{item.code}")
            if item.needs_words and answer == "yes" and not words:
                self.add_error(f"words_{item.code}", _("Say which."))
        return facts

    @property
    def statement(self) -> Statement:
        """What was noted, as the services take it; answers that are missing were not noted."""
        facts = self.cleaned_data
        return Statement(
            answers=self._answers(),
            vitals=self._vitals(),
            conclusion=facts.get("conclusion", ""),
            reason=facts.get("override_reason", ""),
            concluded=facts.get("concluded", ""),
            consent=facts.get("consent", ""),
            guardian_name=facts.get("guardian_name", ""),
            guardian_phone=facts.get("guardian_phone", ""),
        )

    @property
    def result(self) -> Result | None:
        """What the answers come to so far; None of a form that was not sent yet."""
        return self.checklist.conclude(self._answers(), self._vitals()) if self.is_bound else None

    @property
    def suggestion(self) -> dict[str, str]:
        """Why no dose is given where the result says so, as a visit's answer takes it."""
        result = self.result
        if "acute-illness" in result.items:
            return {"reason": Visit.NotGiven.UNWELL, "text": self.noted_text}
        if result.conclusion == ScreeningItem.Conclusion.CONTRAINDICATED:
            return {"reason": Visit.NotGiven.CONTRAINDICATED, "text": self.noted_text}
        label = ScreeningItem.Conclusion(result.conclusion).label
        return {"reason": Visit.NotGiven.OTHER, "text": f"{label}: {self.noted_text}"[:250]}

    @property
    def noted_text(self) -> str:
        """The items noted and the vital signs out of bounds, in words."""
        result = self.result
        items = [str(item) for item in self.checklist.items if item.code in result.items]
        vitals = [f"{LABELS[vital]} {self.cleaned_data[vital]}" for vital in result.vitals]
        return "; ".join([*items, *vitals])[:250]

    def _answers(self) -> dict[str, dict[str, str]]:
        facts, answers = self.cleaned_data, {}
        for item in self.checklist.items:
            answer = facts.get(f"item_{item.code}")
            if answer:
                words = facts.get(f"words_{item.code}", "")
                answers[item.code] = {"answer": answer, **({"words": words} if words else {})}
        return answers

    def _vitals(self) -> Vitals:
        names = {limit.vital for limit in self.checklist.limits}
        measured = {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name) is not None}
        return Vitals(measured=measured, usual_systolic=self.cleaned_data.get("usual_systolic"))
