"""Days and moments as people say them."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# In our own words: Django's Vietnamese has "Thứ 5", unreadable before "26/11".
WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def moment(at: datetime) -> str:
    """24 November 2026, 18:00 → "18:00 Tuesday 24/11", unbroken, in the language and time zone of the screen."""
    local = timezone.localtime(at)
    parts = {"time": date_format(local, "H:i"), "weekday": WEEKDAYS[local.weekday()], "date": date_format(local, "d/m")}
    # Translators: a moment, such as "18:00 Tuesday 24/11".
    return (gettext("%(time)s %(weekday)s %(date)s") % parts).replace(" ", "\u00a0")


def dated_moment(at: datetime) -> str:
    """24 November 2026, 18:00 → "18:00 24/11/2026", unbroken: for what may lie in another year."""
    return date_format(timezone.localtime(at), "H:i d/m/Y").replace(" ", "\u00a0")


def weekday(day: date) -> str:
    """24 November 2026 → "Tuesday 24/11/2026", broken between the two only."""
    return f"{WEEKDAYS[day.weekday()]}".replace(" ", "\u00a0") + f" {date_format(day, 'd/m/Y')}"
