"""Exports of the checkpoints: who was found by contact tracing."""

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Checkpoint, Passage
from checkpoints.movements.forms import InquiryForm
from checkpoints.movements.tracing import Inquiry, passages_of
from residents.fields import CitizenIdField
from residents.listings import PERSON_FIELDS, areas_of, path_of
from residents.models import Resident
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import Field, Listing, common_area, registry
from vaxreg.language import in_language
from vaxreg.models import User
from vaxreg.roles import Role

OUTCOMES = dict(Passage.Outcome.choices)
# A passage knows of people who are in no registry: name, phone and number are all that is known of everybody.
KNOWN = [field for field in PERSON_FIELDS if field.code in ("full_name", "phone", "citizen_id")]


class TracedForm(InquiryForm, ExportForm):
    """Whom to trace."""

    narrowing = ("checkpoint", "plate", "begin", "end")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["checkpoint"].queryset = Checkpoint.objects.traceable_by(self.user)


def traced(user: User, parameters: dict[str, Any]) -> QuerySet:
    """The passages of an inquiry at the checkpoints that the user may trace today."""
    among = Checkpoint.objects.traceable_by(user)
    if parameters["checkpoint"]:
        among = among.filter(pk=parameters["checkpoint"])
    times = {name: datetime.fromisoformat(parameters[name]) for name in ("begin", "end")}
    inquiry = Inquiry(case_number="", reason="", plate=parameters["plate"], **times)
    present = Resident.objects.filter(pk=OuterRef("resident")).values("superseded_by")
    person = Coalesce(Subquery(present), F("resident"), output_field=CitizenIdField())
    return passages_of(inquiry, among).annotate(person=person)


def area_of_traced(user: User, parameters: dict[str, Any]) -> str:
    """Where the checkpoint stands, or the whole of the tracer's areas."""
    if parameters["checkpoint"]:
        return path_of(Checkpoint.objects.select_related("unit").get(pk=parameters["checkpoint"]).unit)
    return common_area(areas_of(user))


def moment(at: datetime) -> str:
    """The local day and time."""
    return f"{timezone.localtime(at):%d/%m/%Y %H:%M}"


registry.register(
    Listing(
        code="traced",
        title=_("People found by contact tracing"),
        hint=_("Who passed a checkpoint between two times, or travelled in a vehicle."),
        roles=frozenset({Role.TRACER}),
        fields=(
            Field("checkpoint", _("Checkpoint"), ("checkpoint__name", "checkpoint__name_en"), in_language),
            Field("outcome", _("Outcome"), ("outcome",), lambda outcome: str(OUTCOMES[outcome])),
            Field(
                "was_cancelled", _("Cancelled afterwards"), ("was_cancelled",), lambda was: str(_("yes")) if was else ""
            ),
            Field("destination", _("To"), ("destination__name", "destination__name_en"), in_language),
            Field("decided_at", _("Time"), ("decided_at",), moment),
            Field("plate", _("Number plate"), ("plate",), why=_("it leads to the owner of the vehicle")),
            *KNOWN,
        ),
        form=TracedForm,
        rows=traced,
        area=area_of_traced,
    )
)
