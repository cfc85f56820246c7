"""What follows for the people of an import once it was committed or taken back: batch by batch, each a job of its own.

The commit itself waits for none of it: which dose is due next for 100,000 people is worked out by the worker, afterwards.

Who has something to do for these people puts a function here: it is given their present numbers, a batch at a time, and may be
called again for the same ones. Nothing follows of an import itself.
"""

from collections.abc import Callable

from django.db.models.functions import Coalesce
from django.utils import timezone

from vaccinations.due.services import refresh_due_of
from vaccinations.models import Dose, DoseImport
from vaxreg.jobs import enqueue, job

BATCH = 1_000


def say_what_is_due(people: list[str]) -> None:
    """Works out anew which dose is due for them."""
    refresh_due_of(people, timezone.localdate())


FOLLOWERS: list[Callable[[list[str]], None]] = [say_what_is_due]


def begin(dose_import: DoseImport) -> None:
    """Lets a worker begin with the first batch. Call it in the transaction that changed the doses."""
    enqueue(follow, pk=dose_import.pk)


def give_up(pk: int, after: str = "") -> None:
    """Goes on with the next batch where one fails again and again: the others are not to wait for it."""
    _next(pk, people_of(pk, after))


@job(given_up=give_up)
def follow(pk: int, after: str = "") -> None:
    """Does what follows for one batch of the import's people, and queues the next."""
    people = people_of(pk, after)
    for follower in FOLLOWERS:
        follower(people)
    _next(pk, people)


def people_of(pk: int, after: str) -> list[str]:
    """Returns a batch of the present numbers of those who got doses by the import, in their order."""
    doses = Dose.objects.filter(dose_import=pk).annotate(person=Coalesce("resident__superseded_by", "resident"))
    return list(doses.filter(person__gt=after).order_by("person").values_list("person", flat=True).distinct()[:BATCH])


def _next(pk: int, people: list[str]) -> None:
    if len(people) == BATCH:
        enqueue(follow, pk=pk, after=people[-1])
