"""Seals personal values that must travel in an address or a hidden field: nobody can read or alter them there."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class BrokenSealError(Exception):
    """The text was not sealed here, was altered, or is too old."""


def _box(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [sha256(f"{purpose}:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])


def seal(value: Any, *, purpose: str) -> str:
    """Returns the JSON value encrypted and signed, as text fit for an address; opens for the same purpose only."""
    return _box(purpose).encrypt(json.dumps(value).encode()).decode()


def unseal(text: str, *, purpose: str, max_age_seconds: int | None = None) -> Any:
    """Returns what was sealed for this purpose. Raises BrokenSealError."""
    try:
        return json.loads(_box(purpose).decrypt(text.encode(), ttl=max_age_seconds))
    except (InvalidToken, UnicodeError) as error:
        raise BrokenSealError from error
