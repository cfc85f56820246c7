"""Seals personal values that must travel in an address or a hidden field: nobody can read or alter them there.

And parts of files that are kept for a while: those as bytes, by AES-GCM, which is a third shorter than Fernet's text.
"""

import json
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

# As AES-GCM has it (NIST SP 800-38D, 8.2); random, for the key of a file seals few parts.
NONCE_BYTES = 12


class BrokenSealError(Exception):
    """The text was not sealed here, was altered, or is too old."""


def _keys(purpose: str) -> list[bytes]:
    """The keys for this purpose, the present one first."""
    known = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [sha256(f"{purpose}:{secret}".encode()).digest() for secret in known]


def _box(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in _keys(purpose)])


def seal(value: Any, *, purpose: str) -> str:
    """Returns the JSON value encrypted and signed, as text fit for an address; opens for the same purpose only."""
    return _box(purpose).encrypt(json.dumps(value).encode()).decode()


def unseal(text: str, *, purpose: str, max_age_seconds: int | None = None) -> Any:
    """Returns what was sealed for this purpose. Raises BrokenSealError."""
    try:
        return json.loads(_box(purpose).decrypt(text.encode(), ttl=max_age_seconds))
    except (InvalidToken, UnicodeError) as error:
        raise BrokenSealError from error


def seal_part(part: bytes, *, purpose: str, place: int) -> bytes:
    """Returns the bytes encrypted and signed; they open for the same purpose (name one file) and place in it only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_keys(purpose)[0]).encrypt(nonce, part, str(place).encode())


def unseal_part(sealed: bytes, *, purpose: str, place: int) -> bytes:
    """Returns the bytes that were sealed for this purpose and place. Raises BrokenSealError."""
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    for key in _keys(purpose):
        with suppress(InvalidTag, ValueError):
            return AESGCM(key).decrypt(nonce, text, str(place).encode())
    raise BrokenSealError
