"""Who in the registry a paper without a number may mean. A hint for the officer, never taken by itself."""

from django.db import transaction

from checkpoints.cards.disagreements import Said
from checkpoints.models import Checkpoint
from residents.models import Resident
from residents.names import name_key
from vaxreg import audit
from vaxreg.actors import Actor

MOST_SHOWN = 5
# Of one name there may be thousands; those of one year of birth are few.
MOST_READ = 200


@transaction.atomic
def find_candidates(*, hint: Said, kind: str, checkpoint: Checkpoint, by: Actor) -> list[Resident]:
    """Returns the people of that name and birth, and logs whom the officer was shown; none where either is unknown."""
    found = _matching(hint)
    changes = {"kind": kind, "shown": [person.pk for person in found]}
    audit.record(by=by, action="resident.hinted", subject=checkpoint, changes=changes)
    return found


def _matching(hint: Said) -> list[Resident]:
    if not hint.full_name or not hint.birth.earliest:
        return []
    people = Resident.objects.current().filter(name_key=name_key(hint.full_name))
    born = people.filter(date_of_birth__year=hint.birth.year).select_related("province")[:MOST_READ]
    return [person for person in born if person.birth.agrees_with(hint.birth)][:MOST_SHOWN]
