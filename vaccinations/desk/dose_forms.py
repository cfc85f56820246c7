"""What is recorded of a dose: for the first time, in place of another, or struck out."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.forms import ReasonField
from vaccinations.desk.person_forms import SHIFT_SECONDS, PersonForm, new_key
from vaccinations.desk.scan_forms import ScanField
from vaccinations.desk.workday import Workday
from vaccinations.doses.services import Entry, Reason
from vaccinations.models import MOST_DOSES, ClinicSession, Dose, Facility, Lot
from vaccinations.sessions.querysets import ClinicSessionQuerySet
from vaxreg.forms import SealedField

EARLIEST_YEAR = 1900


class LotChoices(ModelChoiceIterator):
    """The facility's own lots apart from those that need a reason; no groups where the facility keeps no ledger."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        lots = list(self.queryset)
        here = [self.choice(lot) for lot in lots if lot.is_here and not lot.is_recalled]
        others = [self.choice(lot) for lot in lots if not lot.is_here or lot.is_recalled]
        if here and others:
            yield (_("At this facility"), here)
            yield (_("Other lots: a reason is asked for"), others)
        else:
            yield from (here or others)


class LotField(forms.ModelChoiceField):
    """Vaccine and lot at once: a lot belongs to one vaccine. Its lots are those of Lot.objects.to_choose_at."""

    iterator = LotChoices

    def __init__(self, **kwargs: Any) -> None:
        messages = {
            "required": _("Choose the vaccine and its lot."),
            "invalid_choice": _("This lot is not in use any more. Choose another one."),
        }
        empty = _("Choose the vaccine and its lot")
        super().__init__(
            Lot.objects.none(), label=_("Vaccine – lot (expiry)"), empty_label=empty, error_messages=messages, **kwargs
        )

    def label_from_instance(self, lot: Lot) -> str:
        last_day = lot.usable_until_then
        expiry = last_day.strftime("%d/%m/%Y") if last_day else _("expiry not known")
        mark = _("– RECALLED") if lot.is_recalled else ""
        return f"{lot.vaccine} – {lot.lot_number} ({expiry}) {mark}".rstrip()


class GivenOnField(forms.DateField):
    """The day of a dose; one of the future is refused where the dose is recorded."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(**{"label": _("Given on"), "widget": widget, **kwargs})

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and day.year < EARLIEST_YEAR:
            raise ValidationError(_("Check the year."), code="too_early")
        return day


class DoseFields(forms.Form):
    """What is to be recorded as given."""

    dose_number = forms.IntegerField(
        label=_("Dose"),
        min_value=1,
        max_value=MOST_DOSES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    lot = LotField()
    administered_on = GivenOnField()
    administered_time = forms.TimeField(
        # Empty on another day than today: not known.
        label=_("Time, if not now"),
        required=False,
        widget=forms.TimeInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    vaccinator = forms.CharField(label=_("Vaccinator"), max_length=150, required=False)
    warning_reason = ReasonField(label=_("Why is it right in spite of the warnings?"), required=False)
    seen = forms.CharField(max_length=250, required=False, widget=forms.HiddenInput)

    # The dose that has the number already, when the service said so, and the number that this one may be meant to have.
    taken: Dose | None = None
    proposed: int | None = None
    # Why the person has no place at the session: recording all the same needs a reason.
    no_place: str = ""

    def __init__(self, data: Any = None, *args: Any, lots: Any, **kwargs: Any) -> None:
        # The button that takes the number proposed: all else stays as it was typed.
        if data and data.get("take_number"):
            data = {**data.dict(), "dose_number": data["take_number"]}
        super().__init__(data, *args, **kwargs)
        self.fields["lot"].queryset = lots

    def entry(self, *, facility: Facility, key: UUID, now: datetime) -> Entry:
        """What the clerk entered; the time left empty is now for today's dose, and unknown for an earlier one."""
        facts, lot = self.cleaned_data, self.cleaned_data["lot"]
        return Entry(
            dose_number=facts["dose_number"],
            vaccine=lot.vaccine,
            lot=lot,
            facility=facility,
            administered_on=facts["administered_on"],
            administered_at=self._moment(now),
            vaccinator=facts["vaccinator"],
            key=key,
        )

    def _moment(self, now: datetime) -> datetime | None:
        day, hour = self.cleaned_data["administered_on"], self.cleaned_data["administered_time"]
        if hour is None:
            return now if day == timezone.localdate(now) else None
        return timezone.make_aware(datetime.combine(day, hour))

    @property
    def reason(self) -> Reason:
        seen = self.cleaned_data["seen"]
        return Reason(text=self.cleaned_data["warning_reason"], seen=frozenset(seen.split(",") if seen else ()))

    @property
    def entered(self) -> dict[str, Any]:
        """What of the dose is known so far: from a new form's proposals, or from the readable fields of one sent in."""
        facts = self.cleaned_data if self.is_bound else self.initial
        return {
            "lot": facts.get("lot"),
            "dose_number": facts.get("dose_number"),
            "on": facts.get("administered_on"),
        }

    def add_faults(self, faults: dict[str, str]) -> None:
        for field, sentence in faults.items():
            self.add_error(field, sentence)

    def focus(self, usual: str, *, is_doubtful: bool) -> None:
        """Puts the keyboard where the next answer is wanted: the first fault, a lot, the reason, or the usual field."""
        if self.proposed:
            # The keyboard is on the button that takes the number proposed.
            return
        field = next((field.name for field in self.visible_fields() if field.errors), None)
        if field is None:
            field = "lot" if not self.entered["lot"] else "warning_reason" if is_doubtful else usual
        self.fields[field].widget.attrs["autofocus"] = True


class DoseForm(DoseFields, PersonForm):
    """The right-hand side of the person page. A card scanned into its box opens that person instead of recording."""

    scan = ScanField(label=_("Next card"), required=False)
    KEYS = {"lot": "l", "vaccinator": "n", "administered_on": "g"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, key in self.KEYS.items():
            self.fields[name].widget.attrs["accesskey"] = key

    @property
    def lot_text(self) -> str:
        """The lot as its list names it."""
        lot = self.entered["lot"]
        return self.fields["lot"].label_from_instance(lot) if lot else ""

    @property
    def key(self) -> UUID:
        return UUID(self.page["key"])

    def allow_gaps(self) -> "DoseForm":
        """The same form where no dose is recorded now: what is typed is kept, what is missing is no fault."""
        for field in self.fields.values():
            field.required = False
        self.full_clean()
        return self


class ReplaceForm(DoseFields):
    void_reason = ReasonField(label=_("What was wrong with the record?"))
    form_key = SealedField(purpose="clinic-replace", max_age_seconds=SHIFT_SECONDS)

    @property
    def key(self) -> UUID:
        return UUID(self.cleaned_data["form_key"]["key"])

    @staticmethod
    def initial_of(dose: Dose) -> dict[str, Any]:
        return {
            "dose_number": dose.dose_number,
            "lot": dose.lot,
            "administered_on": dose.administered_on,
            "administered_time": dose.administered_at and timezone.localtime(dose.administered_at).time(),
            "vaccinator": dose.vaccinator,
            "form_key": new_key(),
        }


class SessionField(forms.ModelChoiceField):
    """One of today's vaccination sessions."""

    def label_from_instance(self, session: ClinicSession) -> str:
        hours = f"{session.opens_at:%H:%M}–{session.closes_at:%H:%M}"
        return f"{hours} · {session.note or session.get_kind_display()}"


class WorkdayForm(forms.Form):
    """What stays chosen from one person to the next, until midnight. A session is chosen where there are several."""

    session = SessionField(
        ClinicSession.objects.none(),
        label=_("Session"),
        required=False,
        empty_label=_("the first one that has a place"),
        help_text=_("Whoever is invited keeps their own place, at whichever session."),
    )
    lot = LotField(required=False)
    vaccinator = forms.CharField(label=_("Vaccinator"), max_length=150, required=False)
    given_on = GivenOnField(
        help_text=_("Today for people who are here. Another day only while you type from paper of that day.")
    )

    def __init__(self, *args: Any, lots: Any, sessions: ClinicSessionQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].queryset = lots
        self.fields["session"].queryset = sessions
        if len(sessions) < 2:
            del self.fields["session"]

    def clean_given_on(self) -> date:
        if self.cleaned_data["given_on"] > timezone.localdate():
            raise ValidationError(_("This day lies in the future."), code="future")
        return self.cleaned_data["given_on"]

    @staticmethod
    def initial_of(workday: Workday) -> dict[str, Any]:
        chosen = {"vaccinator": workday.vaccinator, "given_on": workday.given_on, "session": workday.session_id}
        return {"lot": workday.lot(), **chosen}

    @property
    def chosen(self) -> dict[str, Any]:
        lot, session = self.cleaned_data["lot"], self.cleaned_data.get("session")
        return {**self.cleaned_data, "lot": lot and lot.pk, "session": session and session.pk}

    def focus(self, field: str) -> None:
        """Puts the keyboard on that field, or the first one."""
        self.fields[field if field in self.fields else "lot"].widget.attrs["autofocus"] = True


class VoidForm(forms.Form):
    reason = ReasonField(
        label=_("Why is this record wrong?"), help_text=_("For example: wrong person, not given, entered twice.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autofocus"] = True
