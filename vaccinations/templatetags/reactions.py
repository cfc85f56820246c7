"""How many serious reactions wait to be read: for the top of every page of whoever answers for an area."""

from django import template

from vaccinations.models import AdverseEvent
from vaxreg.models import User

register = template.Library()
MOST = 99


@register.simple_tag
def unread_serious(user: User) -> int:
    """The number of serious reactions of the user's area that they have not opened; no more than 99 are counted."""
    unread = AdverseEvent.objects.visible_to(user).current().filter(is_serious=True).unread_by(user)
    return unread[:MOST].count()
