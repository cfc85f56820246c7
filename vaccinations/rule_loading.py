"""A schedule's rows put together for the engine."""

from django.db.models import Prefetch

from vaccinations import rules
from vaccinations.rule_tables import Schedule, SeriesDose

RULES = ("age_rules", "interval_rules", "product_rules", "skip_rules")


def schedule_terms(code: str) -> rules.Schedule:
    """Returns all rules of that schedule, of all times, in eight statements; raises Schedule.DoesNotExist."""
    schedule = Schedule.objects.get(code=code)
    doses = Prefetch("doses", SeriesDose.objects.prefetch_related(*RULES))
    return rules.Schedule(
        series=tuple(series.terms for series in schedule.series.prefetch_related(doses)),
        contraindications=tuple(rule.terms for rule in schedule.contraindications.all()),
    )
