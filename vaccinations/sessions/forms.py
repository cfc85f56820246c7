"""Forms of whoever plans and fills sessions."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.models import ClinicSession, PriorityGroup, Vaccine
from vaccinations.sessions.candidates import LONGEST, NO_GROUP, OLDEST, Criteria
from vaccinations.sessions.first_doses import FirstDoses
from vaccinations.sessions.planning import PLAIN, Plan
from vaxreg.forms import missing
from vaxreg.language import named

NUMERIC = {"inputmode": "numeric", "autocomplete": "off"}
MOST_PLACES, OLDEST_AGE = 1_000, 130
ORDER_LABELS = [
    (OLDEST, _("the oldest first")),
    (LONGEST, _("whoever has waited longest first")),
]


class SessionForm(forms.Form):
    """A session as it is to be."""

    held_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs=NUMERIC), help_text=_("Day/month/year, for example 25/11/2026.")
    )
    opens_at = forms.TimeField(
        label=_("Opens at"), widget=forms.TimeInput(format="%H:%M", attrs=NUMERIC), help_text=_("For example 07:30.")
    )
    closes_at = forms.TimeField(label=_("Closes at"), widget=forms.TimeInput(format="%H:%M", attrs=NUMERIC))
    capacity_per_hour = forms.IntegerField(
        label=_("Places in an hour"),
        min_value=1,
        max_value=MOST_PLACES,
        widget=forms.TextInput(attrs=NUMERIC),
        help_text=_("How many people you can screen and vaccinate in an hour."),
    )
    vaccines = forms.ModelMultipleChoiceField(
        Vaccine.objects.none(),
        label=_("Vaccines"),
        widget=forms.CheckboxSelectMultiple,
        error_messages=missing(_("Tick the vaccines that are given.")),
    )
    kind = forms.ChoiceField(
        label=_("Who may come"),
        choices=ClinicSession.Kind,
        widget=forms.RadioSelect,
        initial=ClinicSession.Kind.INVITED,
    )
    note = forms.CharField(
        label=_("Note"), max_length=250, required=False, help_text=_("Invited people see it, for example which gate.")
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["vaccines"].queryset = Vaccine.objects.filter(is_active=True)

    def focus(self) -> None:
        """Puts the keyboard on the first fault, or the first field."""
        shown = self.visible_fields()
        first = next((field for field in shown if field.errors), shown[0])
        self.fields[first.name].widget.attrs["autofocus"] = True

    def clean_held_on(self) -> date:
        day = self.cleaned_data["held_on"]
        if day < self.today:
            raise ValidationError(_("This day is over."), code="past")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("The session closes before it opens."))
        elif opens and closes and (closes.minute, closes.second) != (opens.minute, opens.second):
            self.add_error("closes_at", _("Make it whole hours: one that opens at 07:30 closes at 10:30 or 11:30."))
        return cleaned

    @property
    def plan(self) -> Plan:
        said = self.cleaned_data
        return Plan(**{name: said[name] for name in PLAIN}, vaccines=list(said["vaccines"]))


class ChangeForm(SessionForm):
    """A session changed; what people were invited to is not asked any more (`is_fixed`)."""

    reason = ReasonField(
        label=_("Why do the hours change?"),
        required=False,
        help_text=_("Needed where people lose their place; they see it on the page of their registration."),
    )
    seen = forms.CharField(max_length=20_000, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, session: ClinicSession, is_fixed: bool, **kwargs: Any) -> None:
        self.session, self.is_fixed = session, is_fixed
        initial = {name: getattr(session, name) for name in PLAIN} | {"vaccines": list(session.vaccines.all())}
        super().__init__(*args, initial=initial, **kwargs)
        del self.fields["key"]
        for name in ("held_on", "vaccines") if is_fixed else ("reason", "seen"):
            del self.fields[name]

    def clean_capacity_per_hour(self) -> int:
        places = self.cleaned_data["capacity_per_hour"]
        if self.is_fixed and places < self.session.capacity_per_hour:
            least = {"least": self.session.capacity_per_hour}
            raise ValidationError(_("People are invited: it cannot become less than %(least)s."), "fewer", least)
        return places

    @property
    def plan(self) -> Plan:
        kept = {"held_on": self.session.held_on, "vaccines": list(self.session.vaccines.all())}
        said = kept | self.cleaned_data
        return Plan(**{name: said[name] for name in PLAIN}, vaccines=list(said["vaccines"]))

    @property
    def confirmed(self) -> dict[str, Any]:
        """Why, and which appointments (keys) were seen to end by it."""
        seen = self.cleaned_data.get("seen", "").split(",")
        return {
            "reason": self.cleaned_data.get("reason", ""),
            "seen": [int(text) for text in seen if text.isascii() and text.isdigit() and len(text) < 19],
        }

    def having_seen(self, keys: list[int]) -> "ChangeForm":
        """The same form to send again by who has looked at the people who lose their place."""
        data = {**self.data.dict(), "seen": ",".join(map(str, keys))}
        form = ChangeForm(data, session=self.session, is_fixed=self.is_fixed, today=self.today)
        if not form["reason"].value():
            form.add_error("reason", _("Say why: these people see it."))
        return form


class CancelForm(forms.Form):
    reason = ReasonField(
        label=_("Why is the session cancelled?"),
        help_text=_("The people invited see it on the page of their registration."),
    )


class FillForm(forms.Form):
    """Whom to invite; by GET, for nothing in it is personal."""

    groups = forms.MultipleChoiceField(
        label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: everybody.")
    )
    from_age = forms.IntegerField(
        label=_("From age"), required=False, min_value=0, max_value=OLDEST_AGE, widget=forms.TextInput(attrs=NUMERIC)
    )
    to_age = forms.IntegerField(
        label=_("To age"), required=False, min_value=0, max_value=OLDEST_AGE, widget=forms.TextInput(attrs=NUMERIC)
    )
    due_by = forms.DateField(
        label=_("Dose due by"),
        required=False,
        widget=forms.DateInput(attrs=NUMERIC),
        help_text=_("Empty: the day of the session."),
    )
    order = forms.ChoiceField(
        label=_("Within a group"), choices=ORDER_LABELS, required=False, widget=forms.RadioSelect, initial=OLDEST
    )

    def __init__(self, *args: Any, session: ClinicSession, first: FirstDoses, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session, self.first = session, first
        groups = PriorityGroup.objects.in_force(session.held_on)
        choices = [(group.code, named(group)) for group in groups]
        self.fields["groups"].choices = [*choices, (NO_GROUP, _("in no group, or not known"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        low, high = cleaned.get("from_age"), cleaned.get("to_age")
        if low is not None and high is not None and high < low:
            self.add_error("to_age", _("This age is below the other one."))
        if low is None and self.first.unruled and "from_age" not in self.errors:
            names = ", ".join(vaccine.name for vaccine in self.first.unruled)
            message = _("No minimum age is laid down for %(names)s: choose one.")
            self.add_error("from_age", ValidationError(message, "unruled", {"names": names}))
        return cleaned

    @property
    def criteria(self) -> Criteria:
        said = self.cleaned_data
        return Criteria(
            groups=tuple(said["groups"]),
            from_age=said["from_age"],
            to_age=said["to_age"],
            due_by=said["due_by"] or self.session.held_on,
            order=said["order"] or OLDEST,
        )


class InviteForm(FillForm):
    """The same, and how many of them; the key makes a form sent twice invite once."""

    count = forms.IntegerField(
        label=_("How many"), min_value=1, max_value=24 * MOST_PLACES, widget=forms.TextInput(attrs=NUMERIC)
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class DayForm(forms.Form):
    """From which day on the figures are shown."""

    day = forms.DateField(label=_("From day"), required=False, widget=forms.DateInput(attrs=NUMERIC))

    @property
    def chosen(self) -> date:
        day = self.cleaned_data.get("day") if self.is_valid() else None
        return day or timezone.localdate()
