"""How codes are shown, and the sealed handles of people in lists."""

from django import template

from residents.models import Resident
from vaccinations.desk.person_forms import FOUND, SAME
from vaccinations.desk.scan import Scan
from vaccinations.sessions.arrival_forms import PERSON as SESSION_PERSON
from vaxreg import codes
from vaxreg.sealing import seal

register = template.Library()


@register.filter
def spaced(code: str) -> str:
    """34679CDF → 3467 9CDF."""
    return codes.spaced(code)


@register.simple_tag
def sealed_same(double: Resident, scan: Scan) -> str:
    """What the button "This is the person" sends: them, and the number presented."""
    return seal({"resident": double.pk, "presented": scan.number}, purpose=SAME)


@register.simple_tag
def sealed_for_session(resident: Resident) -> str:
    """What the button that books a place for somebody sends."""
    return seal({"number": resident.pk}, purpose=SESSION_PERSON)


@register.simple_tag
def sealed_found(number: str) -> str:
    """What the button that opens somebody from a list sends."""
    return seal({"number": number}, purpose=FOUND)
