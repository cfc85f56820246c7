"""Days and moments on pages, as people say them."""

from django import template

from vaxreg.moments import dated_moment, moment, weekday

register = template.Library()
register.filter("moment", moment)
register.filter("dated_moment", dated_moment)
register.filter("weekday", weekday)
