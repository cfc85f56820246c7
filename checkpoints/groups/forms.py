"""What the page of a group posts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from checkpoints.desk.forms import PassageForm, ReasonForm, RecoveryDayField
from checkpoints.desk.tickets import MAX_AGE_SECONDS, TicketError
from checkpoints.groups.members import PURPOSE, Decided, Group, Member
from checkpoints.models import Checkpoint, Passage
from vaxreg.forms import SealedField
from vaxreg.models import User


class GroupForm(forms.Form):
    """The list of a bus as the page carried it; of the officer and checkpoint that it was made by."""

    group = SealedField(purpose=PURPOSE, max_age_seconds=MAX_AGE_SECONDS, max_length=400_000, required=False)

    def __init__(self, *args: Any, officer: User, checkpoint: Checkpoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer, self.checkpoint = officer, checkpoint

    def clean_group(self) -> Group:
        value = self.cleaned_data["group"]
        group = Group.from_json(value) if value else Group.new()
        own = {"officer": self.officer, "checkpoint": self.checkpoint}
        if not all(member.ticket.belongs_to(**own) for member in group.members):
            raise ValidationError(TicketError.message, code="foreign")
        return group


class DecidedForm(ReasonForm):
    """What is decided for one of a group; an empty outcome leaves somebody out who is not here."""

    REASONS = PassageForm.REASONS
    OUTCOMES = [*PassageForm.OUTCOMES, ("", _("not here"))]

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, required=False)
    recovered_on = RecoveryDayField()

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        stop = member.ticket.verdict == "STOP"
        super().__init__(*args, **kwargs, initial={"outcome": "turned-back" if stop else "passed"})
        self.member = member
        if not member.asks_proof or member.ticket.proof:
            del self.fields["recovered_on"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("recovered_on"):
            self.add_error("recovered_on", _("Press “I have seen the proof” first: it may change the verdict."))
        outcome = cleaned.get("outcome")
        if outcome and (outcome != Passage.Outcome.PASSED or self.member.ticket.verdict == "STOP"):
            self.need_reason()
        return cleaned

    @property
    def decided(self) -> Decided:
        """What a valid form says."""
        return Decided(self.member.ticket, self.cleaned_data["outcome"], self.reason)
