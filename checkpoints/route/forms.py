"""The questions of the route: the journey first, then only what the rules on the way ask about."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Facts, GivenDose, TakenTest
from checkpoints.declaring.fields import YES_OR_NO, LineField, RowField, missing, province_order
from checkpoints.declaring.places import choose_ward
from checkpoints.models import Checkpoint, TestKind, VehicleKind
from checkpoints.route.stops import Journey, facts_given
from residents.forms import BirthField
from residents.models import Unit
from vaccinations.models import Vaccine

JOURNEY = ("origin_province", "origin_place", "destination_province", "day", "time", "checkpoint")
# Kind of condition → the questions that it needs.
QUESTIONS = {
    "declared": ("declared",),
    "expired": ("declared",),
    "symptoms": ("has_symptoms",),
    "contact": ("had_contact",),
    "younger-than": ("birth",),
    "doses": ("doses", "vaccine", "last_dose_on"),
    "tested": ("has_test", "test_kind", "tested_on", "tested_time"),
    "recovered": ("has_recovered", "recovered_on"),
    "vehicle": ("vehicle",),
}


class PerhapsField(forms.ChoiceField):
    """Yes, no, or not said; cleans to True, False or None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("", _("I do not know")), *YES_OR_NO], required=False, **kwargs)

    def clean(self, value: Any) -> bool | None:
        return {"yes": True, "no": False}.get(super().clean(value))


class ClockField(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%H:%M", "%Hh%M", "%Hh", "%H"], **kwargs)


class AnswersForm(forms.Form):
    """When the journey is, and the questions of the rules; all but the moment may be left out. `now` is that of asking."""

    day = forms.DateField(
        label=_("Day"),
        help_text=_("For example 24/11/2026."),
        error_messages=missing(_("Enter the day of the journey.")),
    )
    time = ClockField(
        label=_("Time"), help_text=_("For example 18:00."), error_messages=missing(_("Enter the time of the journey."))
    )
    declared = PerhapsField(label=_("Will you have filed a health declaration?"))
    has_symptoms = PerhapsField(label=_("Have you had signs of illness in the last 14 days?"))
    had_contact = PerhapsField(label=_("Have you had contact with a case in the last 14 days?"))
    birth = BirthField(label=_("Year or date of birth"), required=False, help_text="")
    doses = forms.IntegerField(
        label=_("How many doses of vaccine have you had?"), required=False, min_value=0, max_value=20
    )
    vaccine = forms.ChoiceField(label=_("Which vaccine?"), required=False)
    last_dose_on = forms.DateField(label=_("Day of the last dose"), required=False)
    has_test = PerhapsField(label=_("Will you have a negative test?"))
    test_kind = forms.ChoiceField(
        label=_("Kind of test"), choices=[("", _("I do not know")), *TestKind.choices], required=False
    )
    tested_on = forms.DateField(label=_("Day of the test"), required=False)
    tested_time = ClockField(label=_("Time of the test"), required=False)
    has_recovered = PerhapsField(label=_("Have you proof of having recovered from COVID-19?"))
    recovered_on = forms.DateField(label=_("Day of recovery on it"), required=False)
    vehicle = RowField(label=_("How you travel"), required=False)
    NUMERIC = ("day", "time", "doses", "last_dose_on", "tested_on", "tested_time", "recovered_on")

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now, self.today = now, timezone.localdate(now)
        super().__init__(*args, **kwargs, initial=self.moment(now), use_required_attribute=False)
        self.fields["vehicle"].offer(list(VehicleKind.objects.in_force(self.today)))
        vaccines = Vaccine.objects.filter(is_active=True).values_list("code", "name")
        self.fields["vaccine"].choices = [("", _("I do not know")), *vaccines]
        for name in self.NUMERIC:
            self.fields[name].widget.attrs |= {"autocomplete": "off", "inputmode": "numeric"}
        self.fields["birth"].widget.attrs["autocomplete"] = "off"

    @staticmethod
    def moment(at: datetime) -> dict[str, Any]:
        """The day and time that a form proposes."""
        local = timezone.localtime(at)
        return {"day": local.strftime("%d/%m/%Y"), "time": local.strftime("%H:%M")}

    def clean_day(self):
        if self.cleaned_data["day"] < self.today:
            raise forms.ValidationError(_("This day has passed."), code="past")
        return self.cleaned_data["day"]

    @property
    def at(self) -> datetime:
        """The moment of the journey. This very minute began before some rule that decides now."""
        said = self.cleaned_data
        return max(timezone.make_aware(datetime.combine(said["day"], said["time"])), self.now)

    @property
    def answers(self) -> dict[str, Any]:
        """The facts that were told, as far as they were asked."""
        said = self.cleaned_data
        simple = {
            "symptoms": said.get("has_symptoms"),
            "had_contact": said.get("had_contact"),
            "birth": said.get("birth"),
            "vehicle": said["vehicle"].code if said.get("vehicle") else None,
        }
        found = {name: value for name, value in simple.items() if value is not None}
        if "symptoms" in found:
            found["symptoms"] = ("declared",) if found["symptoms"] else ()
        if said.get("declared") is not None:
            found["declared_until"] = self.at + timedelta(days=1) if said["declared"] else None
        return found | self._doses | self._test | self._recovery

    @property
    def _doses(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said["doses"] is None:
            return {}
        last, product = said["last_dose_on"], said["vaccine"]
        # Of those before the last it is known only that they were given by then.
        earlier = [GivenDose(product, given_by=last)] * (said["doses"] - 1)
        return {"doses": (*earlier, GivenDose(product, last)) if said["doses"] else ()}

    @property
    def _test(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("has_test") is False:
            return {"tests": ()}
        if not (said.get("has_test") and said["test_kind"] and said["tested_on"] and said["tested_time"]):
            return {}
        taken_at = timezone.make_aware(datetime.combine(said["tested_on"], said["tested_time"]))
        return {"tests": (TakenTest(said["test_kind"], True, taken_at),)}

    @property
    def _recovery(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said["has_recovered"] is None:
            return {}
        return {"has_recovered": said["has_recovered"], "recovered_on": said["recovered_on"]}

    def questions(self, kinds):
        """The fields that rules of these kinds need, in the order of the form."""
        asked = {name for kind in kinds for name in QUESTIONS.get(kind, ())}
        return [field for field in self if field.name in asked]

    def sent_questions(self):
        """The questions that were answered, to be seen again with what is wrong about them."""
        asked = {name for names in QUESTIONS.values() for name in names}
        return [field for field in self if field.name in self.data and field.name in asked]


class RouteForm(AnswersForm):
    """Journey and answers; all but the journey may be left out."""

    origin_province = RowField(
        label=_("Province or city you travel from"),
        error_messages=missing(_("Choose the province or city you travel from.")),
    )
    origin_place = LineField(
        label=_("Ward or commune you travel from"),
        required=False,
        help_text=_("If you know it: it may have a risk level."),
    )
    destination_province = RowField(
        label=_("Province or city you travel to"),
        error_messages=missing(_("Choose the province or city you travel to.")),
    )
    checkpoint = RowField(label=_("Checkpoint, if you know which"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = sorted(Unit.objects.provinces().in_force(self.today), key=province_order)
        self.fields["origin_province"].offer(provinces)
        self.fields["destination_province"].offer(provinces)
        self.fields["checkpoint"].offer(list(Checkpoint.objects.in_use()))

    @cached_property
    def journey(self) -> Journey:
        """Where to and when."""
        said = self.cleaned_data
        wards = Unit.objects.wards().in_force(self.today).filter(parent=said["origin_province"])
        origin = choose_ward(said["origin_place"], wards) or said["origin_province"]
        return Journey(origin, said["destination_province"], self.at, said["checkpoint"])

    @property
    def people(self) -> list[Facts]:
        """The traveller's facts to be judged; nobody's where nothing was answered."""
        answers = self.answers
        return [facts_given(self.journey, answers)] if answers else []

    def journey_fields(self):
        return [self[name] for name in JOURNEY]
