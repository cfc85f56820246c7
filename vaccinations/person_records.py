"""The tables of vaccination that are of people, and what of them hinders undoing a merge."""

from collections.abc import Collection, Iterator

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from residents.merging.registry import Records, registry
from residents.models import Merge, Resident
from vaccinations.due.services import refresh_due
from vaccinations.models import Appointment, ConflictDecision, Dose, DueDose, RegisteredPerson
from vaccinations.quality.feeding import feed_from_doses
from vaccinations.quality.following import follow_merges


def doses_since(merge: Merge) -> QuerySet:
    """Valid doses recorded for the person kept after the merge, in view of the doses of both."""
    return Dose.objects.valid().filter(resident=merge.kept, recorded_at__gt=merge.at).exclude(replaces__isnull=False)


def appointments_since(merge: Merge) -> QuerySet:
    """Places given to the person kept, or taken by them, after the merge."""
    since = Q(made_at__gt=merge.at) | Q(arrived_at__gt=merge.at)
    return Appointment.objects.live().filter(since, resident=merge.kept).select_related("session__facility")


def place_of(appointment: Appointment) -> str:
    """Where and when somebody is expected."""
    return f"{appointment.session.facility}, {appointment.session.held_on:%d/%m/%Y} {appointment.starts_at:%H:%M}"


def registrations_since(merge: Merge) -> QuerySet:
    """Registrations under a number of the other, found to be of the person kept: before the merge none could be."""
    return RegisteredPerson.objects.filter(resident=merge.kept, claimed__in=list(merge.led))


def decisions_since(merge: Merge) -> Iterator[str | Promise]:
    """The decisions on two doses of one number that the merge brought together: one of each record."""
    numbers = list(Resident.objects.numbers_of(merge.kept))
    decided = ConflictDecision.objects.standing().filter(resident__in=numbers, decided_at__gt=merge.at)
    led, kept = Q(resident__in=list(merge.led)), Q(kept__resident__in=list(merge.led))
    for decision in decided.filter(led & ~kept | ~led & kept).select_related("other"):
        told = {"dose": decision.other, "day": timezone.localtime(decision.decided_at).strftime("%d/%m/%Y")}
        yield _("%(dose)s: what was decided on %(day)s of two doses of one number. Undo that first.") % told


def doses_of_one_number(numbers: Collection[str]) -> Iterator[str]:
    """The dose numbers that a person of these numbers would have more than once."""
    doses = Dose.objects.valid().filter(resident__in=numbers).values("dose_number")
    for row in doses.annotate(times=Count("pk")).filter(times__gt=1).order_by("dose_number"):
        yield _("Dose %(dose_number)d is recorded %(times)d times. All are kept; somebody has to decide.") % row


def refresh(person: Resident) -> None:
    """Works out which dose is due for somebody who had one, or of whom that was known."""
    if Dose.objects.of_person(person.pk).exists() or DueDose.objects.filter(resident=person.pk).exists():
        refresh_due(resident=person, on=timezone.localdate())


registry.register(
    Records("vaccinations.Dose", is_counted=True, later=doses_since),
    Records("vaccinations.Visit", is_counted=True),
    Records("vaccinations.Appointment", is_counted=True, later=appointments_since, tell=place_of),
    Records("vaccinations.RegisteredPerson", ("resident", "claimed"), is_counted=True, later=registrations_since),
    Records("vaccinations.AdverseEvent", is_counted=True),
    Records("vaccinations.AdverseEventReading"),
    Records("vaccinations.CaseDecision", ("person", "other")),
    Records("vaccinations.QualityCase", ("recipient",)),
    Records("vaccinations.ConflictDecision"),
    Records("vaccinations.DueDose"),
    Records("vaccinations.Mend"),
    Records("vaccinations.Observation"),
    Records("vaccinations.Screening"),
    Records("vaccinations.SheetDose", ("person", "rival")),
    Records("vaccinations.Slip"),
)
registry.hindrances.append(decisions_since)
registry.refreshers.append(refresh)
registry.refreshers += [feed_from_doses, follow_merges]
registry.contradictions.append(doses_of_one_number)
