"""How a pass is read aloud: its code in two halves, its end in words."""

from django import template

from vaxreg.codes import spaced
from vaxreg.moments import dated_moment, moment

register = template.Library()
register.filter("spaced", spaced)
register.filter("moment", moment)
register.filter("dated_moment", dated_moment)
