"""How a pass is read aloud: its code in two halves, its end in words."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vaxreg.codes import spaced

register = template.Library()
register.filter("spaced", spaced)


@register.filter
def moment(at: datetime) -> str:
    """24 November 2026, 18:00 → "18:00 Tuesday 24/11", in the language and time zone of the screen."""
    local = timezone.localtime(at)
    parts = {"time": date_format(local, "H:i"), "weekday": date_format(local, "l"), "date": date_format(local, "d/m")}
    # Vietnamese writes the weekday small inside a line, but Sunday ("Chủ nhật") as a name.
    parts["weekday"] = parts["weekday"].replace("Thứ", "thứ")
    # Translators: a moment, such as "18:00 Tuesday 24/11".
    return _("%(time)s %(weekday)s %(date)s") % parts
