"""What the stock's pages say in words."""

from django import template

from vaxreg.acts import act_label

register = template.Library()


@register.filter
def act_words(code: str) -> str:
    """lot.recalled → Lot recalled."""
    return act_label(code)
