"""Vietnamese phone numbers."""

import re

from django.utils.translation import gettext_lazy as _

# A number carried by so many people is asked about: one number for a whole company overwrote records in 2021.
CARRIED_BY_MANY = 8
SEPARATORS = re.compile(r"[\s.\-()]")
# Mobiles have nine digits after the 0, landlines (02…) ten.
PHONE = re.compile(r"(?:\+?84|0)([35789]\d{8}|2\d{9})", re.ASCII)


class MalformedPhoneError(ValueError):
    """The text is no Vietnamese phone number."""

    message = _("Enter a phone number of 10 digits, for example 0912 345 678.")


def read_phone(text: str) -> str:
    """Returns the number in its national form, 0912345678. Raises MalformedPhoneError."""
    match = PHONE.fullmatch(SEPARATORS.sub("", text))
    if not match:
        raise MalformedPhoneError
    return f"0{match[1]}"


def spaced_phone(phone: str) -> str:
    """Returns the number in parts for the eye, which keeps its first zero in a spreadsheet: 0912 345 678."""
    return f"{phone[:4]} {phone[4:7]} {phone[7:]}".strip()
