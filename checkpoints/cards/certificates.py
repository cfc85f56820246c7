"""Reads digital COVID certificates (EU format, which Vietnam's vaccine passport shares) and checks who signed them. Pure.

`HC1:` + base45(zlib(COSE_Sign1)); claims {1: issuer, 4: expires, 6: issued, -260: {1: certificate}}. Source: eHealth Network,
Technical Specifications for EU Digital COVID Certificates, volumes 1 and 3; ../shared/FIELD.md 1.11 tells the traps.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

import base45
import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from checkpoints.cards.disagreements import Said
from residents.birth import Birth, UnreadableBirthError, read_birth
from residents.names import clean_name

PREFIX = "HC1:"
# A certificate has about a thousand bytes; more would be a bomb.
MOST_BYTES = 100_000
SIGN1_TAG, CWT_TAG = 18, 61
ALGORITHM, KEY_ID = 1, 4
ALGORITHMS = {-7: "ES256", -37: "PS256", -257: "RS256"}
ISSUER, EXPIRES, HEALTH = 1, 4, -260
VACCINES = {
    "EU/1/21/1529": "Vaxzevria (AstraZeneca)",
    "EU/1/20/1528": "Comirnaty",
    "EU/1/20/1507": "Spikevax",
    "EU/1/20/1525": "Jcovden (Janssen)",
    "BBIBP-CorV": "Vero Cell (Sinopharm)",
}


class Trust(TextChoices):
    VALID = "valid", _("Signature valid")
    NOT_TRUSTED = "not-trusted", _("Signer not trusted")
    EXPIRED = "expired", _("Signature valid, but expired")
    BROKEN = "broken", _("Broken: altered or unreadable")


class BrokenCertificateError(ValueError):
    """The text is no certificate, or its signature is not of the signer it names."""


class Signer(Protocol):
    kid: str
    certificate: str


@dataclass(frozen=True)
class Vaccination:
    """One dose as certified; `given_on` is None where the date cannot be read."""

    vaccine: str
    dose: str
    given_on: date | None


@dataclass(frozen=True)
class Certificate:
    """What is written in a certificate, and what it is worth; a broken one says nothing that is to be believed."""

    trust: Trust
    who: Said = field(default_factory=Said)
    vaccinations: tuple[Vaccination, ...] = ()
    issuer: str = ""


@dataclass(frozen=True)
class Envelope:
    """A COSE_Sign1 message taken apart; nothing in it is checked."""

    message: bytes
    kid: str
    algorithm: str
    claims: dict[Any, Any]


def read_certificate(text: str, *, signers: Iterable[Signer], at: datetime) -> Certificate:
    """Returns the certificate in the text, with what its signature is worth among those signers at that moment."""
    try:
        envelope = _open(text)
        written = envelope.claims[HEALTH][1]
        certificate = Certificate(
            trust=_trust(envelope, signers, at),
            who=_who(written),
            vaccinations=tuple(_vaccination(entry) for entry in written.get("v") or ()),
            issuer=str(envelope.claims.get(ISSUER, "")),
        )
    except (BrokenCertificateError, KeyError, TypeError, AttributeError):
        return Certificate(Trust.BROKEN)
    return certificate


def key_id(certificate: x509.Certificate) -> str:
    """Returns the key identifier of a signer's certificate: the first 8 bytes of its SHA-256, in base64."""
    return b64encode(certificate.fingerprint(hashes.SHA256())[:8]).decode()


def _open(text: str) -> Envelope:
    try:
        packed = base45.b45decode(text.strip().removeprefix(PREFIX))
        message = cbor2.loads(_unpacked(packed))
        while isinstance(message, cbor2.CBORTag) and message.tag in (CWT_TAG, SIGN1_TAG):
            message = message.value
        protected, unprotected, payload, _signature = message
        headers = {**(unprotected or {}), **(cbor2.loads(protected) if protected else {})}
        # The library refuses a message without its tag, which many countries leave out.
        tagged = cbor2.dumps(cbor2.CBORTag(SIGN1_TAG, message))
        kid, algorithm = b64encode(headers[KEY_ID]).decode(), ALGORITHMS[headers[ALGORITHM]]
        return Envelope(tagged, kid, algorithm, cbor2.loads(payload))
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error, cbor2.CBORError, RecursionError) as error:
        raise BrokenCertificateError from error


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    plain = unpacking.decompress(packed, MOST_BYTES)
    if unpacking.unconsumed_tail:
        raise BrokenCertificateError
    return plain


def _trust(envelope: Envelope, signers: Iterable[Signer], at: datetime) -> Trust:
    named = [signer for signer in signers if signer.kid == envelope.kid]
    if not named:
        return Trust.NOT_TRUSTED
    if not any(_is_signed_by(envelope, signer) for signer in named):
        return Trust.BROKEN
    expires = envelope.claims.get(EXPIRES)
    is_over = not isinstance(expires, int | float) or datetime.fromtimestamp(expires, UTC) <= at
    return Trust.EXPIRED if is_over else Trust.VALID


def _is_signed_by(envelope: Envelope, signer: Signer) -> bool:
    public = x509.load_pem_x509_certificate(signer.certificate.encode()).public_key()
    encoded = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        # The library finds a key by its identifier only.
        key = COSEKey.from_pem(encoded, alg=envelope.algorithm, kid=b64decode(envelope.kid))
        COSE.new().decode(envelope.message, keys=[key])
    except (CWTError, ValueError):
        return False
    return True


def _who(written: dict[str, Any]) -> Said:
    name = written.get("nam") or {}
    # Family name first, as in Vietnam.
    parts = [name.get("fn") or name.get("fnt"), name.get("gn") or name.get("gnt")]
    return Said(clean_name(" ".join(str(part) for part in parts if part)).replace("<", " "), _birth(written.get("dob")))


def _birth(text: Any) -> Birth:
    try:
        return read_birth(str(text or "")[:10])
    except UnreadableBirthError:
        return Said().birth


def _vaccination(entry: dict[str, Any]) -> Vaccination:
    product = str(entry.get("mp", ""))
    given = _birth(entry.get("dt"))
    return Vaccination(
        vaccine=VACCINES.get(product, product), dose=f"{entry.get('dn')}/{entry.get('sd')}", given_on=given.earliest
    )
