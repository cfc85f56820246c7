"""How a case of the work lists is led to, and how its facts are shown: masked until a reason is given."""

from django import template

from residents.citizen_id import MalformedNumberError, grouped, read_number
from residents.templatetags.people import masked_number, masked_phone
from vaccinations.imports.columns import half_hidden
from vaccinations.quality.listing import handle_of
from vaxreg.sealing import seal

register = template.Library()


@register.filter
def case_handle(case_key: int) -> str:
    """The end of the address of a case."""
    return handle_of(case_key)


@register.filter
def sealed_person(number: str) -> str:
    """Whom a form is about, sealed."""
    return seal(number, purpose="quality-person")


@register.simple_tag
def fact(text: str, mask: str, is_unmasked: bool) -> str:
    """The text as the page shows it: a number or phone in part, until a reason was given."""
    if mask == "number":
        return _number(text, is_unmasked)
    if mask == "phone" and not is_unmasked:
        return masked_phone(text) if text.isdigit() else half_hidden(text)
    return text


def _number(text: str, is_unmasked: bool) -> str:
    try:
        number = read_number(text).number
    except MalformedNumberError:
        return text if is_unmasked else half_hidden(text)
    return grouped(number) if is_unmasked else masked_number(number)
