"""How cells of a sheet are shown."""

from django import template

from vaccinations.imports.columns import half_hidden

register = template.Library()
register.filter("half_hidden", half_hidden)
