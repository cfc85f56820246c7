"""What has become of an export, and the code of a download for the eye."""

from datetime import datetime

from django import template

from vaxreg.codes import spaced
from vaxreg.exports.models import Export

register = template.Library()


@register.filter
def state(export: Export, now: datetime) -> str:
    return export.state_at(now).label


@register.filter
def halves(code: str) -> str:
    """34679CDF → 3467 9CDF."""
    return spaced(code)
