"""What leads and managers filter movements by, and what a tracer must say."""

from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from checkpoints.declaring.fields import PlateField
from checkpoints.models import Checkpoint
from checkpoints.movements.flows import OUTCOMES
from vaxreg.forms import DayField, MomentField

FIRST_DAY = date(2020, 1, 1)
ALL_OUTCOMES = [("", _("All outcomes")), *((outcome.value, outcome.label) for outcome in OUTCOMES)]


class PassedOnField(DayField):
    """A day on which somebody may have passed a checkpoint."""

    def __init__(self, **kwargs):
        super().__init__(validators=[MinValueValidator(FIRST_DAY)], **kwargs)


class CheckpointForm(forms.Form):
    """A choice among the checkpoints given; none chosen stands for all of them."""

    checkpoint = forms.ModelChoiceField(
        Checkpoint.objects.none(), label=_("Checkpoint"), required=False, empty_label=_("All checkpoints")
    )

    def __init__(self, *args, checkpoints, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = self.checkpoints = checkpoints

    @property
    def chosen(self):
        """The keys of the checkpoints asked for."""
        checkpoint = self.cleaned_data["checkpoint"]
        return (checkpoint.pk,) if checkpoint else tuple(self.checkpoints.values_list("pk", flat=True))


class MovementForm(CheckpointForm):
    since = PassedOnField(label=_("From day"))
    until = PassedOnField(label=_("To day"))
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ALL_OUTCOMES, required=False)
    field_order = ["since", "until", "checkpoint", "outcome"]

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first."))
        elif since and until and (until - since).days >= settings.MOVEMENTS_MOST_DAYS:
            most = {"days": settings.MOVEMENTS_MOST_DAYS}
            self.add_error("until", ValidationError(_("Choose %(days)s days or fewer."), params=most))
        return cleaned


class DayForm(CheckpointForm):
    """One checkpoint on one day."""

    day = PassedOnField(label=_("Day"))
    field_order = ["checkpoint", "day"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].required = True
        self.fields["checkpoint"].empty_label = None


class PassagesForm(DayForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ALL_OUTCOMES, required=False)


class InquiryForm(forms.Form):
    """Whom to trace: who passed a checkpoint, or travelled on a plate, between two times."""

    checkpoint = forms.ModelChoiceField(
        Checkpoint.objects.none(), label=_("Checkpoint"), required=False, empty_label=_("All checkpoints")
    )
    plate = PlateField(required=False)
    begin = MomentField(label=_("From"), error_messages={"required": _("Enter day and time of the beginning.")})
    end = MomentField(label=_("To"), error_messages={"required": _("Enter day and time of the end.")})

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not cleaned["checkpoint"] and not cleaned["plate"]:
            self.add_error("checkpoint", _("Choose a checkpoint, or enter a number plate."))
        begin, end = cleaned.get("begin"), cleaned.get("end")
        if begin and end and end <= begin:
            self.add_error("end", _("The end is not after the beginning."))
        elif begin and end and end - begin > timedelta(days=settings.TRACING_MOST_DAYS):
            most = {"days": settings.TRACING_MOST_DAYS}
            self.add_error("end", ValidationError(_("Choose %(days)s days or fewer."), params=most))
        return cleaned


class TracingForm(InquiryForm):
    """An inquiry, under which case and why."""

    case_number = forms.CharField(
        label=_("Case number"),
        max_length=40,
        help_text=_("No name and no ID number."),
        error_messages={"required": _("Enter the number of the case.")},
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=250, error_messages={"required": _("Say why the contacts are traced.")}
    )
    field_order = ["case_number", "reason"]

    def __init__(self, *args, checkpoints, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = checkpoints
