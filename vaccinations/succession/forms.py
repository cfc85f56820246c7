"""The form by which a rule in force ends and a successor begins. Lengths of time are written in either language."""

import re
from datetime import date
from hashlib import sha256
from itertools import pairwise

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from vaccinations.engine.spans import read_span
from vaccinations.models import ProductRule
from vaccinations.succession.services import Change

EARLIEST_YEAR = 2019
UNITS = {"năm": "years", "tuổi": "years", "tháng": "months", "tuần": "weeks", "ngày": "days"}
IN_VIETNAMESE = {"year": "năm", "month": "tháng", "week": "tuần", "day": "ngày"}
SOME_DAY = date(2000, 1, 1)
# Each bound must not lie before the one before it.
ORDERS = (("absolute_minimum", "minimum", "earliest_recommended", "latest_recommended"), ("from_age", "before_age"))


def written_span(text: str) -> str:
    """Returns a length of time as the screen's language writes it: 12 weeks - 4 days, 12 tuần - 4 ngày."""
    if not (get_language() or "").startswith("vi"):
        return text
    return re.sub(r"(year|month|week|day)s?\b", lambda match: IN_VIETNAMESE[match[1]], text)


class SpanField(forms.CharField):
    """A length of time; cleans to the words of the rule tables, empty where none is laid down."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "max_length": 40, **kwargs})
        self.widget.attrs["autocomplete"] = "off"

    def prepare_value(self, value):
        return written_span(value) if value else value

    def clean(self, value):
        text = super().clean(value).lower()
        for word, unit in UNITS.items():
            text = re.sub(rf"\b{word}\b", unit, text)
        try:
            read_span(text)
        except ValueError as error:
            raise ValidationError(_("Write a length of time like “3 months” or “12 weeks - 4 days”.")) from error
        return re.sub(r"\b1 (year|month|week|day)s\b", r"1 \1", text)


class SuccessorForm(forms.Form):
    begins_on = forms.DateField(
        label=_("Holds from"),
        help_text=_("The first day of what you enter here; the present rule ends the day before."),
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )
    only_ends = forms.BooleanField(label=_("No rule follows: the present one only ends"), required=False)
    source = forms.CharField(
        label=_("Source document"),
        max_length=250,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text=_(
            "Number and date of the document that lays it down, for example “Công văn 10722/BYT-DP, 17/12/2021”."
        ),
    )
    also = forms.MultipleChoiceField(
        label=_("The same rule stands in these series, too"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It is changed in those that stay ticked."),
    )

    def __init__(self, data=None, *, rule, siblings):
        self.rule = rule
        content = {name: getattr(rule, name) for name in rule.CONTENT}
        super().__init__(data, initial={**content, "also": [str(row.pk) for row in siblings]})
        self.fields["also"].choices = [(str(row.pk), row.dose.series.name) for row in siblings]
        if not siblings:
            del self.fields["also"]
        self.fields |= self.content_fields()
        self.order_fields(["begins_on", "only_ends", *rule.CONTENT, "source", "also"])

    def content_fields(self):
        columns = [self.rule._meta.get_field(name) for name in self.rule.CONTENT]
        labels = {column.name: column.verbose_name for column in columns}
        if isinstance(self.rule, ProductRule):
            return {
                "use": forms.ChoiceField(label=labels["use"], choices=ProductRule.Use.choices, required=False),
                "from_age": SpanField(label=labels["from_age"]),
                "before_age": SpanField(label=labels["before_age"]),
                "is_forecast": forms.BooleanField(label=labels["is_forecast"], required=False),
            }
        return {name: SpanField(label=label) for name, label in labels.items()}

    def clean_begins_on(self):
        day = self.cleaned_data["begins_on"]
        if not EARLIEST_YEAR <= day.year <= timezone.localdate().year + 10:
            raise ValidationError(_("Check the year."), code="year")
        return day

    def clean(self):
        said = super().clean()
        if self.errors or said["only_ends"]:
            return said
        if isinstance(self.rule, ProductRule) and not said["use"]:
            self.add_error("use", _("Choose what the product is to this dose."))
        for order in ORDERS:
            self.refuse_disorder([name for name in order if said.get(name)])
        if not self.errors and self.content == self.rule.content:
            raise ValidationError(_("This says the same as the present rule. Change something, or let it only end."))
        return said

    def refuse_disorder(self, names):
        for name, later in pairwise(names):
            one, other = (read_span(self.cleaned_data[bound]).after(SOME_DAY) for bound in (name, later))
            if other < one:
                label = self.fields[name].label
                self.add_error(later, _("This must not be less than: %(label)s.") % {"label": label})

    @property
    def content(self):
        return {name: self.cleaned_data[name] for name in self.rule.CONTENT}

    @property
    def change(self):
        said = self.cleaned_data
        return Change(said["begins_on"], said["source"], {} if said["only_ends"] else self.content)

    @property
    def also_changed(self):
        return [int(key) for key in self.cleaned_data.get("also", [])]

    @property
    def fingerprint(self):
        """The same for the same answers: what is confirmed must be what was tried."""
        return sha256(repr((self.change, sorted(self.also_changed))).encode()).hexdigest()

    @property
    def differences(self):
        """(label, before, after) of what changes, for whoever confirms it."""
        if self.cleaned_data["only_ends"]:
            return []
        return [
            (self.fields[name].label, self.shown(name, old), self.shown(name, self.cleaned_data[name]))
            for name, old in self.rule.content.items()
            if old != self.cleaned_data[name]
        ]

    def shown(self, name, value):
        if name == "use":
            return ProductRule.Use(value).label
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return written_span(value) or "–"
