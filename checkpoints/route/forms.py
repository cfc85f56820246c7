"""The questions of the route: the journey first, then only what the rules on the way ask about."""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from checkpoints.admission import Facts, GivenDose, TakenTest
from checkpoints.cards.scan import PASS_ADDRESS
from checkpoints.declaring.fields import YES_OR_NO, LineField, RowField, province_order
from checkpoints.declaring.places import choose_ward
from checkpoints.models import Checkpoint, TestKind, VehicleKind
from checkpoints.route.stops import Journey, facts_given, facts_of_pass
from residents.forms import BirthField
from residents.models import Unit
from vaccinations.models import Vaccine
from vaxreg.codes import read_code

JOURNEY = ("origin_province", "origin_place", "destination_province", "day", "time", "checkpoint")
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
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


class RouteForm(forms.Form):
    """Journey, pass and answers; all but the journey may be left out. `now` is the moment of asking."""

    origin_province = RowField(label=_("Province or city you travel from"))
    origin_place = LineField(
        label=_("Ward or commune you travel from"),
        required=False,
        help_text=_("If you know it: it may have a risk level."),
    )
    destination_province = RowField(label=_("Province or city you travel to"))
    day = forms.DateField(label=_("Day"), help_text=_("For example 24/11/2026."))
    time = ClockField(label=_("Time"), help_text=_("For example 18:00."))
    checkpoint = RowField(label=_("Checkpoint, if you know which"), required=False)

    pass_address = forms.CharField(
        label=_("Address of your pass, if you have one"),
        max_length=300,
        required=False,
        help_text=_("Open your pass and copy its address. The short code is not enough here: it could be guessed."),
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

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        local = timezone.localtime(now)
        self.now, self.today = now, local.date()
        initial = {"day": self.today, "time": local.strftime("%H:%M")}
        super().__init__(*args, **kwargs, initial=initial, use_required_attribute=False)
        provinces = sorted(Unit.objects.provinces().in_force(self.today), key=province_order)
        self.fields["origin_province"].offer(provinces)
        self.fields["destination_province"].offer(provinces)
        self.fields["checkpoint"].offer(list(Checkpoint.objects.in_use()))
        self.fields["vehicle"].offer(list(VehicleKind.objects.in_force(self.today)))
        vaccines = Vaccine.objects.filter(is_active=True).values_list("code", "name")
        self.fields["vaccine"].choices = [("", _("I do not know")), *vaccines]
        for name in ("day", "time", "doses", "last_dose_on", "tested_on", "tested_time", "recovered_on"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "inputmode": "numeric"}
        for name in ("pass_address", "birth"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_day(self):
        if self.cleaned_data["day"] < self.today:
            raise forms.ValidationError(_("This day has passed."), code="past")
        return self.cleaned_data["day"]

    def clean_pass_address(self):
        text = self.cleaned_data["pass_address"].strip()
        found = PASS_ADDRESS.search(text)
        token = found[1] if found else text
        if text and not found and read_code(text):
            raise forms.ValidationError(
                _("This is the short code. Enter the address of the pass, or answer the questions instead."),
                code="code",
            )
        if text and not TOKEN.fullmatch(token):
            raise forms.ValidationError(_("This is no address of a pass."), code="unreadable")
        return token

    def clean(self):
        cleaned = super().clean()
        self.pass_facts = {}
        if not self.errors and cleaned["pass_address"]:
            self.pass_facts = facts_of_pass(cleaned["pass_address"], self.journey.at)
            if self.pass_facts is None:
                self.add_error("pass_address", _("There is no pass at this address."))
        return cleaned

    @cached_property
    def journey(self) -> Journey:
        """Where to and when."""
        said = self.cleaned_data
        # This very minute began before some rule that decides now.
        at = max(timezone.make_aware(datetime.combine(said["day"], said["time"])), self.now)
        wards = Unit.objects.wards().in_force(self.today).filter(parent=said["origin_province"])
        origin = choose_ward(said["origin_place"], wards) or said["origin_province"]
        return Journey(origin, said["destination_province"], at, said["checkpoint"])

    @property
    def facts(self) -> Facts | None:
        """What is to be judged; None where neither a pass nor an answer was given. The pass comes before the answers."""
        answers = self.answers | self.pass_facts
        return facts_given(self.journey, answers) if answers else None

    @property
    def answers(self) -> dict[str, Any]:
        said = self.cleaned_data
        simple = {"symptoms": said["has_symptoms"], "had_contact": said["had_contact"], "birth": said["birth"]}
        found = {name: value for name, value in simple.items() if value is not None}
        if "symptoms" in found:
            found["symptoms"] = ("declared",) if found["symptoms"] else ()
        if said["declared"] is not None:
            found["declared_until"] = self.journey.at + timedelta(days=1) if said["declared"] else None
        if said["vehicle"]:
            found["vehicle"] = said["vehicle"].code
        return found | self.proofs

    @property
    def proofs(self) -> dict[str, Any]:
        """Doses, test and recovery, as far as they were told."""
        said, found = self.cleaned_data, {}
        if said["doses"] is not None:
            last, product = said["last_dose_on"], said["vaccine"]
            # Of those before the last it is known only that they were given by then.
            earlier = [GivenDose(product, given_by=last)] * (said["doses"] - 1)
            found["doses"] = (*earlier, GivenDose(product, last)) if said["doses"] else ()
        if said["has_test"] is False:
            found["tests"] = ()
        elif said["has_test"] and said["test_kind"] and said["tested_on"] and said["tested_time"]:
            taken_at = timezone.make_aware(datetime.combine(said["tested_on"], said["tested_time"]))
            found["tests"] = (TakenTest(said["test_kind"], True, taken_at),)
        if said["has_recovered"] is not None:
            found |= {"has_recovered": said["has_recovered"], "recovered_on": said["recovered_on"]}
        return found

    def journey_fields(self):
        return [self[name] for name in JOURNEY]

    def sent_questions(self):
        """The questions that were answered, to be seen again with what is wrong about them."""
        return [field for field in self if field.name in self.data and field.name not in (*JOURNEY, "pass_address")]

    def questions(self, kinds):
        """The fields that rules of these kinds need, in the order of the form."""
        asked = {name for kind in kinds for name in QUESTIONS.get(kind, ())}
        return [field for field in self if field.name in asked]
