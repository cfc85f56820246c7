"""What the desk posts."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.answering.answers import Proof
from checkpoints.cards.scan import UnreadableScanError, read_scan
from checkpoints.declaring.fields import RowField
from checkpoints.desk.tickets import MAX_AGE_SECONDS, PURPOSE, Ticket, TicketError
from checkpoints.models import Checkpoint, Passage
from residents.forms import BirthField, NameField, ReasonField
from residents.models import Resident, Unit
from vaxreg.forms import SealedField
from vaxreg.models import User

CANDIDATE = "desk-candidate"
TYPED_AS_WORDS = _(
    "A Vietnamese keyboard (Telex, VNI) has changed what was typed. Switch it off, then scan or type again."
)


def is_typed_as_words(text: str) -> bool:
    """Whether an input method made Vietnamese of a code or an address: K4P39QWR comes out as K4P39QỬ."""
    return "|" not in text and not text.isascii() and any(character.isdigit() for character in text)


class ScanForm(forms.Form):
    """The desk's one box; `candidate` is a person picked from those whom a hint may mean."""

    scan = forms.CharField(
        label=_("Number, code, pass, card or plate"),
        max_length=4000,
        strip=False,
        required=False,
    )
    # In quick mode a scan records at once, so that the box must know a scan that is sent twice.
    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)
    candidate = SealedField(purpose=CANDIDATE, max_age_seconds=MAX_AGE_SECONDS, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.errors:
            return cleaned
        text = cleaned.get("candidate") or cleaned["scan"]
        if not text:
            raise self.refused(_("Scan or type something first."), "required")
        try:
            cleaned["scan"] = read_scan(text)
        except UnreadableScanError as error:
            raise self.refused(TYPED_AS_WORDS if is_typed_as_words(text) else error.message, "unreadable") from error
        return cleaned

    def refused(self, message: str, code: str) -> ValidationError:
        return ValidationError({"scan": ValidationError(message, code=code)})


class TicketForm(forms.Form):
    """What every form on the answer page carries."""

    ticket = SealedField(purpose=PURPOSE, max_age_seconds=MAX_AGE_SECONDS)

    def __init__(self, *args: Any, officer: User | None = None, checkpoint: Checkpoint | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.officer, self.checkpoint = officer, checkpoint

    def clean_ticket(self) -> Ticket:
        ticket = Ticket.from_json(self.cleaned_data["ticket"])
        if not ticket.belongs_to(officer=self.officer, checkpoint=self.checkpoint):
            raise ValidationError(TicketError.message, code="foreign")
        return ticket


class ReasonForm(forms.Form):
    """A reason chosen, written, or both."""

    OTHER = "other"
    REASONS: list[tuple[str, str]] = []

    chosen_reason = forms.ChoiceField(label=_("Reason"), required=False)
    reason_text = ReasonField(label=_("In your own words"), max_length=150, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen_reason"].choices = [
            ("", _("Choose")),
            *self.REASONS,
            (self.OTHER, _("Another reason (write it)")),
        ]

    @property
    def reason(self) -> str:
        """The reason as it is kept: in words, in the language of the officer's screen."""
        chosen = self.cleaned_data.get("chosen_reason", "")
        label = "" if chosen in ("", self.OTHER) else str(dict(self.REASONS)[chosen])
        return ": ".join(filter(None, [label, self.cleaned_data.get("reason_text", "")]))

    def need_reason(self) -> None:
        if not self.errors and not self.reason:
            self.add_error("chosen_reason", _("Choose a reason, or write one."))


class PassageForm(ReasonForm, TicketForm):
    """What the officer decided; every outcome but letting pass needs a reason, and so does letting pass against a STOP."""

    REASONS = [
        ("no-declaration", _("No declaration in force")),
        ("ill", _("Signs of illness")),
        ("contact", _("Contact with a case")),
        ("identity", _("Identity not clear")),
        ("emergency", _("Emergency or essential work")),
        ("ordered", _("By order of the person in charge")),
    ]
    OUTCOMES = [choice for choice in Passage.Outcome.choices if choice[0] != Passage.Outcome.CANCELLED]

    outcome = forms.ChoiceField(choices=OUTCOMES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            passed = cleaned["outcome"] == Passage.Outcome.PASSED
            if not passed or cleaned["ticket"].verdict == "STOP":
                self.need_reason()
        return cleaned


class UndoForm(ReasonForm):
    """Which of the last two passages is undone, and why."""

    REASONS = [
        ("wrong-person", _("The wrong person")),
        ("wrong-outcome", _("The wrong decision")),
        ("went-away", _("The person did not go on")),
    ]

    passage = RowField(
        label=_("Passage"), error_messages={"invalid_choice": _("This passage can no longer be undone.")}
    )

    def __init__(self, *args: Any, passages: list[Passage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passage"].rows = {str(passage.pk): passage for passage in passages}
        self.fields["passage"].choices = [(key, key) for key in self.fields["passage"].rows]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.need_reason()
        return cleaned


class UnmaskForm(TicketForm):
    reason = ReasonField(
        label=_("Why do you need phone and address?"),
        max_length=150,
        error_messages={"required": _("Say why you need them.")},
    )


class RecoveryDayField(forms.DateField):
    """The day of recovery as it stands on a paper."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Day of recovery on the proof"),
            required=False,
            help_text=_("As on the paper, for example 05/10/2026."),
            widget=forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **kwargs,
        )

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day and day > timezone.localdate():
            raise ValidationError(_("This day lies in the future. Check the paper."), code="future")
        return day


class ProofFields(forms.Form):
    """The day on a proof of recovery that the officer has seen; `none`: there is no proof."""

    SEEN, NONE, FORGET = "seen", "none", "forget"

    recovered_on = RecoveryDayField()
    found = forms.ChoiceField(choices=[(SEEN, SEEN), (NONE, NONE), (FORGET, FORGET)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("found") == self.SEEN and not cleaned.get("recovered_on") and "recovered_on" not in self.errors:
            self.add_error("recovered_on", _("Enter the day of recovery that stands on the proof."))
        return cleaned

    @property
    def proof(self) -> Proof | None:
        """What a valid form says; None where the officer takes it back."""
        found = self.cleaned_data["found"]
        if found == self.FORGET:
            return None
        return Proof(self.cleaned_data["recovered_on"] if found == self.SEEN else None)


class ProofForm(ProofFields, TicketForm):
    """The same of the person on the answer page."""


class RegistrationForm(TicketForm):
    """The facts of a person to add; of a card that was scanned, which the ticket holds, only what it does not say."""

    full_name = NameField(required=False)
    birth = BirthField(required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Resident.Sex, required=False)
    province = RowField(
        label=_("Lives in (province or city)"),
        required=False,
        help_text=_("Staff find a person only in the area where the person lives."),
    )

    def __init__(self, *args: Any, provinces: list[Unit], home: Unit | None = None, **kwargs: Any) -> None:
        """`home` is the province that is proposed."""
        super().__init__(*args, **kwargs, auto_id="register_%s")
        self.fields["province"].offer(provinces, empty=_("not known"))
        self.fields["province"].initial = home and home.pk
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
