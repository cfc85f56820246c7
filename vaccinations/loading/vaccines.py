"""The facts of the vaccines and their names in sheets, read from vaccinations/data/."""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from vaccinations.models import Vaccine, VaccineAlias
from vaxreg import audit
from vaxreg.actors import Actor

DATA = Path(__file__).parents[1] / "data"
# An empty cell of these is not laid down, or not verified.
NUMBERS = ("doses_per_vial", "use_within_hours")


@transaction.atomic
def load_vaccines(*, by: Actor) -> int:
    """Adds the vaccines that are missing and returns how many; what is there stays as it is."""
    added = sum(_add_vaccine(facts) for facts in read_rows(DATA / "vaccines.csv"))
    _add_aliases()
    if added:
        audit.record(by=by, action="vaccines.loaded", changes={"vaccines": added})
    return added


def read_rows(path: Path) -> Iterator[dict[str, str | None]]:
    """The rows of the file, empty numbers as None. Raises ValueError for a row cut short."""
    with path.open(encoding="utf-8", newline="") as lines:
        records = csv.reader(lines)
        header = next(records)
        for cells in records:
            facts = dict(zip(header, cells, strict=True))
            yield {name: None if name in NUMBERS and not text else text for name, text in facts.items()}


def _add_vaccine(facts: dict[str, str | None]) -> bool:
    """Missing is a vaccine of which neither the code nor the name is there: an administrator may have entered it."""
    if Vaccine.objects.filter(Q(code=facts["code"]) | Q(name=facts["name"])).exists():
        return False
    Vaccine.objects.create(**facts)
    return True


def _add_aliases() -> None:
    """Adds the names that no vaccine has; one that an administrator gave to another vaccine stays there."""
    vaccines = Vaccine.objects.in_bulk(field_name="code")
    rows = read_rows(DATA / "vaccine_aliases.csv")
    names = [
        VaccineAlias(vaccine=vaccines[row["vaccine"]], name=row["name"]) for row in rows if row["vaccine"] in vaccines
    ]
    VaccineAlias.objects.bulk_create(names, ignore_conflicts=True)
