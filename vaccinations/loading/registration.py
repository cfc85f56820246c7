"""The choices that the registration starts with, read from vaccinations/data/."""

import csv
from pathlib import Path

from django.db import connection, models, transaction

from vaccinations.models import ChronicCondition, ConsentText, PriorityGroup
from vaxreg import audit
from vaxreg.actors import Actor

DATA = Path(__file__).parents[1] / "data"
TABLES = {
    PriorityGroup: DATA / "priority_groups.csv",
    ChronicCondition: DATA / "chronic_conditions.csv",
    ConsentText: DATA / "consent_texts.csv",
}


@transaction.atomic
def load_registration_reference(*, by: Actor) -> int:
    """Fills the tables that are empty and returns how many rows that makes; a table with rows stays as it is.

    Whoever ended a group or took out a condition has decided otherwise: nothing comes back by itself.
    """
    added = {model._meta.label_lower: _fill(model, path) for model, path in TABLES.items()}
    total = sum(added.values())
    if total:
        audit.record(by=by, action="reference.loaded", changes=added)
    return total


def _fill(model: type[models.Model], path: Path) -> int:
    # Two first starts at once must not fill it twice; nobody else writes the table meanwhile.
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {model._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")
    if model.objects.exists():
        return 0
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [{name: text for name, text in row.items() if text} for row in csv.DictReader(lines)]
    return len(model.objects.bulk_create(model(**row) for row in rows))
