"""Times of the observation board for clocks and eyes, and reactions in words."""

from datetime import datetime

from django import template

from vaccinations.models import AdverseEvent, Observation
from vaccinations.observation.rules import is_early

register = template.Library()
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


@register.filter
def milliseconds(moment: datetime) -> int:
    """The moment as browsers count: milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


@register.filter
def is_over(observation: Observation, now: datetime) -> bool:
    """Whether the person has sat long enough."""
    return not is_early(now, observation.ends_at)


@register.filter
def minutes_left(observation: Observation, now: datetime) -> int:
    """Whole minutes until the time is over, the one that has begun included."""
    return -(-int((observation.ends_at - now).total_seconds()) // 60)


@register.filter
def roman(grade: int) -> str:
    """3 → III."""
    return ROMAN[grade]


@register.filter
def symptoms_text(event: AdverseEvent, names: dict[str, str]) -> str:
    """The signs and symptoms by name; a code whose term is no longer in force as it is."""
    known = [names.get(code, code) for code in event.symptoms]
    return ", ".join([*known, *([event.other_symptom] if event.other_symptom else [])])


@register.filter
def seriousness_text(event: AdverseEvent) -> str:
    """Why the reaction is serious, in words."""
    return ", ".join(str(AdverseEvent.Seriousness(code).label) for code in event.seriousness)
