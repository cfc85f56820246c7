"""How personal facts are shown: grouped for the eye, or masked until somebody gives a reason to see them."""

from django import template

from residents.citizen_id import CitizenId, Kind
from residents.citizen_id import grouped as grouped_number
from residents.models import Resident
from vaxreg.sealing import seal

register = template.Library()
HIDDEN = "•"
# How many characters stay to be seen at the start and at the end.
SHOWN = {Kind.CITIZEN_ID: (3, 4), Kind.OLD_CARD: (0, 3), Kind.PROVISIONAL: (1, 4)}


@register.filter
def grouped(number: str) -> str:
    """079301123456 → 079 3 01 123456."""
    return grouped_number(number) if number else ""


@register.filter
def masked_number(number: str) -> str:
    """079301123456 → 079 • •• ••3456: enough to recognise one that is known, too little to learn it."""
    return grouped_number(_masked(number, *SHOWN[CitizenId(number).kind])) if number else ""


@register.filter
def last_digits(number: str) -> str:
    """079301123456 → …3456: for a list that is open all day, where only what tells its rows apart is shown."""
    return f"…{number[-SHOWN[CitizenId(number).kind][1] :]}" if number else ""


@register.filter
def short_name(name: str) -> str:
    """Nguyễn Thị Lan → N. T. Lan."""
    *others, given = name.split() or [""]
    return " ".join([*(f"{word[0]}." for word in others), given])


@register.filter
def masked_phone(phone: str) -> str:
    """0912345678 → 09•• ••• 678."""
    hidden = _masked(phone, 2, 3)
    return f"{hidden[:4]} {hidden[4:7]} {hidden[7:]}".strip()


@register.filter
def masked_address(address: str) -> str:
    """12 Lê Lợi, Phường Bến Nghé, Quận 1, TP. HCM → •••, Quận 1, TP. HCM: the area without the house."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    return ", ".join([HIDDEN * 3, *parts[1:][-2:]]) if parts else ""


@register.filter
def handle(resident: Resident) -> str:
    """The end of the address of a person's page: their number, sealed."""
    return seal(resident.pk, purpose="resident")


@register.filter
def merge_handle(resident: Resident, other: Resident) -> str:
    """The end of the address where two records stand side by side: both numbers, sealed."""
    return seal(sorted([resident.pk, other.pk]), purpose="merge")


def _masked(text: str, first: int, last: int) -> str:
    """Hides all between the first and last characters; all of a text too short for anything to lie between."""
    if len(text) <= first + last:
        return HIDDEN * len(text)
    return text[:first] + HIDDEN * (len(text) - first - last) + text[-last:]
