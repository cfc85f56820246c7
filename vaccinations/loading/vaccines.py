"""The facts of the vaccines, their names in sheets and their courses, read from vaccinations/data/."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from vaccinations.models import CourseRule, Vaccine, VaccineAlias
from vaxreg import audit
from vaxreg.actors import Actor

DATA = Path(__file__).parents[1] / "data"
NUMBERS = ("doses_in_course", "minimum_age_years", "minimum_interval_days", "recommended_interval_days")
DATES = ("in_force_from", "in_force_until")


@transaction.atomic
def load_vaccines(*, by: Actor) -> tuple[int, int]:
    """Adds the vaccines and rules that are missing and returns how many of each; what is there stays as it is."""
    vaccines = sum(_add_vaccine(facts) for facts in read_rows(DATA / "vaccines.csv"))
    rules = sum(_add_rule(facts) for facts in read_rows(DATA / "course_rules.csv"))
    _add_aliases()
    if vaccines or rules:
        audit.record(by=by, action="vaccines.loaded", changes={"vaccines": vaccines, "rules": rules})
    return vaccines, rules


def read_rows(path: Path) -> Iterator[dict[str, str | int | date | None]]:
    """The rows of the file, numbers and dates read; an empty one is None. Raises ValueError for a row cut short."""
    with path.open(encoding="utf-8", newline="") as lines:
        records = csv.reader(lines)
        header = next(records)
        for cells in records:
            facts = dict(zip(header, cells, strict=True))
            facts |= {name: int(facts[name]) if facts[name] else None for name in NUMBERS if name in facts}
            facts |= {name: date.fromisoformat(facts[name]) if facts[name] else None for name in DATES if name in facts}
            yield facts


def _add_vaccine(facts: dict) -> bool:
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


def _add_rule(facts: dict) -> bool:
    """Missing is a rule for whose days the vaccine has none: two rules for one day would contradict each other."""
    vaccine = Vaccine.objects.filter(code=facts.pop("vaccine")).first()
    begin, end = facts["in_force_from"] or date.min, facts["in_force_until"] or date.max
    if vaccine is None or vaccine.rules.exclude(in_force_until__lt=begin).exclude(in_force_from__gt=end).exists():
        return False
    CourseRule.objects.create(vaccine=vaccine, **facts)
    return True
