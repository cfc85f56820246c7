"""A schedule's rows put together for the engine, and Vietnam's own rules read from vaccinations/data/."""

import csv
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from django.db import models, transaction
from django.db.models import Prefetch

from vaccinations.engine import rules
from vaccinations.models.rule_tables import AgeRule, IntervalRule, ProductRule, Schedule, Series, SeriesDose
from vaxreg import audit
from vaxreg.actors import Actor

DATA = Path(__file__).parents[1] / "data"
RULES = ("age_rules", "interval_rules", "product_rules", "skip_rules")
VIETNAM = "vn"
EVERY = "*"
TABLES: dict[str, type[models.Model]] = {"age": AgeRule, "interval": IntervalRule, "product": ProductRule}


def schedule_terms(code: str) -> rules.Schedule:
    """Returns all rules of that schedule, of all times, in eight statements; raises Schedule.DoesNotExist."""
    schedule = Schedule.objects.get(code=code)
    doses = Prefetch("doses", SeriesDose.objects.prefetch_related(*RULES))
    return rules.Schedule(
        series=tuple(series.terms for series in schedule.series.prefetch_related(doses)),
        contraindications=tuple(rule.terms for rule in schedule.contraindications.all()),
    )


@transaction.atomic
def load_vietnam(*, by: Actor) -> int:
    """Adds Vietnam's schedule (FIELD 1.4) where there is none, and returns the number of series added.

    A schedule that is there stays as it is: an administrator may have entered successors.
    """
    facts = {"name": "Việt Nam, COVID-19", "source": "vaccinations/data/schedule_vn.csv: a source for each rule"}
    schedule, is_new = Schedule.objects.get_or_create(code=VIETNAM, defaults=facts)
    if not is_new:
        return 0
    with (DATA / "schedule_vn.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    vaccines = list(dict.fromkeys(row["vaccine"] for row in rows if row["vaccine"] != EVERY))
    for preference, vaccine in enumerate(vaccines, start=1):
        own = [row for row in rows if row["vaccine"] in {vaccine, EVERY}]
        _add_series(schedule, vaccine, preference, own)
    audit.record(by=by, action="schedule.loaded", subject=schedule, changes={"series": 2 * len(vaccines)})
    return 2 * len(vaccines)


def _add_series(schedule: Schedule, vaccine: str, preference: int, rows: list[dict[str, str]]) -> None:
    """Two series a vaccine: everybody's, and one with an additional dose.

    Who needs the additional dose is not verified: the series has no indications, so concerns nobody until they are kept.
    """
    common = {"schedule": schedule, "preference": preference, "is_product_path": True}
    everybody = Series.objects.create(**common, name=vaccine, group="1", equivalent_groups=["2"])
    _add_doses(everybody, [row for row in rows if row["course"] != rules.Course.ADDITIONAL])
    name, kind = f"{vaccine} + additional", Series.Kind.RISK
    # It names no equal: whoever is through everybody's series still needs the additional dose (as in CDC's data).
    _add_doses(Series.objects.create(**common, name=name, kind=kind, group="2"), rows)


def _add_doses(series: Series, rows: Iterable[dict[str, str]]) -> None:
    """Doses are numbered through all courses; the file numbers them within each."""
    order = list(rules.Course)
    ordered = sorted(rows, key=_dose_of)
    ordered.sort(key=lambda row: order.index(rules.Course(row["course"])))
    groups = [(key, list(group)) for key, group in groupby(ordered, key=_dose_of)]
    doses = SeriesDose.objects.bulk_create(
        SeriesDose(series=series, number=number, course=key[0]) for number, (key, _group) in enumerate(groups, start=1)
    )
    pairs = zip(doses, groups, strict=True)
    written = [_rule(dose, row) for dose, (_key, group) in pairs for row in group]
    for table in TABLES.values():
        table.objects.bulk_create(rule for rule in written if type(rule) is table)


def _dose_of(row: dict[str, str]) -> tuple[str, int]:
    return row["course"], int(row["number"])


def _rule(dose: SeriesDose, row: dict[str, str]) -> models.Model:
    """The columns of the rule's table that are filled in; an empty one is not laid down. Raises ValidationError."""
    table = TABLES[row["rule"]]
    columns = {field.name for field in table._meta.fields}
    facts = {name: text for name, text in row.items() if text and name in columns}
    if row["rule"] == "product" and row["use"] == ProductRule.Use.PREFERABLE:
        facts["is_forecast"] = True
    rule = table(dose=dose, **facts)
    rule.clean_fields(exclude={"dose"})
    return rule
