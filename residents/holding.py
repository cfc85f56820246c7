"""Holds people until the end of a transaction, by any of their numbers, so that two writers cannot cross each other.

Only rows that are nobody's alias are held, in the order of their numbers; whoever changes an alias holds the row it leads
to. Writing rows that only name a person is not held up (FOR NO KEY UPDATE).
"""

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from residents.models import Resident


class ResidentError(Exception):
    """A rule of the registry refuses; `message` tells the user what to do."""

    message = ""


class ChangedMeanwhileError(ResidentError):
    """Somebody else changed the same person's numbers at the same moment."""

    message = _("Somebody else has just changed this person's record. Look the person up again.")


def hold_person(number: str) -> Resident:
    """Returns the person whom the number leads to, held; also where they were merged into another while this waited.

    Raises ChangedMeanwhileError where that other is held at the moment: waiting with two rows could lock two desks.
    """
    person = Resident.objects.by_number(number).select_for_update(no_key=True).get()
    if not person.is_alias:
        return person if person.pk == number else _still(person, number)
    rows = Resident.objects.current().filter(pk=person.superseded_by_id)
    kept = rows.select_for_update(no_key=True, skip_locked=True).first()
    if kept is None:
        raise ChangedMeanwhileError
    return kept


def _still(person: Resident, number: str) -> Resident:
    """The person, unless a merge was undone while this waited: then the number is somebody else's."""
    if not Resident.objects.filter(pk=number, superseded_by=person).exists():
        raise ChangedMeanwhileError
    return person


def hold_people(*numbers: str) -> list[Resident | None]:
    """Returns whom each number leads to, held. Raises ChangedMeanwhileError where that changed while this waited."""
    leads = _leads(numbers)
    people = Resident.objects.filter(pk__in=leads.values()).order_by("pk").select_for_update(no_key=True).in_bulk()
    if _leads(numbers) != leads:
        raise ChangedMeanwhileError
    return [people.get(leads.get(number)) for number in numbers]


def _leads(numbers: tuple[str, ...]) -> dict[str, str]:
    rows = Resident.objects.filter(pk__in=numbers)
    return dict(rows.values_list("pk", Coalesce("superseded_by", "pk")))
