"""What the desk posts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Checkpoint, Passage
from checkpoints.scan import Scan, UnreadableScanError, read_scan
from checkpoints.tickets import MAX_AGE_SECONDS, PURPOSE, Ticket, TicketError
from residents.forms import BirthField, NameField, ReasonField
from residents.models import Resident
from vaxreg.forms import SealedField
from vaxreg.models import User


class ScanForm(forms.Form):
    """The desk's one box."""

    scan = forms.CharField(
        label=_("Number, code, pass or card"),
        max_length=2000,
        strip=False,
        error_messages={"required": _("Scan or type something first.")},
    )

    def clean_scan(self) -> Scan:
        try:
            return read_scan(self.cleaned_data["scan"])
        except UnreadableScanError as error:
            raise ValidationError(error.message, code="unreadable") from error


class TicketForm(forms.Form):
    """What every form on the answer page carries."""

    ticket = SealedField(purpose=PURPOSE, max_age_seconds=MAX_AGE_SECONDS)

    def __init__(self, *args: Any, officer: User | None = None, checkpoint: Checkpoint | None = None) -> None:
        super().__init__(*args)
        self.officer, self.checkpoint = officer, checkpoint

    def clean_ticket(self) -> Ticket:
        ticket = Ticket.from_json(self.cleaned_data["ticket"])
        if not ticket.belongs_to(officer=self.officer, checkpoint=self.checkpoint):
            raise ValidationError(TicketError.message, code="foreign")
        return ticket


class PassageForm(TicketForm):
    """What the officer decided; every outcome but letting pass needs a reason, and so does letting pass against a STOP."""

    OTHER = "other"
    REASONS = [
        ("no-declaration", _("No declaration in force")),
        ("ill", _("Signs of illness")),
        ("contact", _("Contact with a case")),
        ("identity", _("Identity not clear")),
        ("emergency", _("Emergency or essential work")),
        ("ordered", _("By order of the person in charge")),
        (OTHER, _("Another reason (write it)")),
    ]

    outcome = forms.ChoiceField(choices=Passage.Outcome)
    chosen_reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose")), *REASONS], required=False)
    reason_text = ReasonField(label=_("In your own words"), max_length=150, required=False)

    @property
    def reason(self) -> str:
        """The reason as it is kept: in words, in the language of the officer's screen."""
        chosen = self.cleaned_data.get("chosen_reason", "")
        label = "" if chosen in ("", self.OTHER) else str(dict(self.REASONS)[chosen])
        return ": ".join(filter(None, [label, self.cleaned_data.get("reason_text", "")]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self.reason:
            passed = cleaned["outcome"] == Passage.Outcome.PASSED
            if not passed or cleaned["ticket"].verdict == "STOP":
                self.add_error("chosen_reason", _("Choose a reason, or write one."))
        return cleaned


class UnmaskForm(TicketForm):
    reason = ReasonField(label=_("Why do you need phone and address?"), max_length=150)


class RegistrationForm(TicketForm):
    """The facts of a person to add. Not asked for where a card was scanned: then the ticket holds the card's."""

    full_name = NameField(required=False)
    birth = BirthField(required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Resident.Sex, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("full_name", "birth"):
            # The officer's own name and birthday are not meant.
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "ticket" in cleaned and read_scan(cleaned["ticket"].scan).card is None:
            for name, missing in (("full_name", _("Enter the name.")), ("birth", _("Enter the date of birth."))):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, missing)
        return cleaned
