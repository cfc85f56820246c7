"""The trust list: whose signatures on certificates the desk believes."""

import json
from base64 import b64decode
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from checkpoints.cards.certificates import key_id
from checkpoints.models import TrustedSigner
from vaxreg import audit
from vaxreg.actors import Actor

COUNTRY = x509.NameOID.COUNTRY_NAME


class UnreadableSignersError(ValueError):
    """The file is no trust list; `message` names it."""

    @property
    def message(self) -> str:
        return _("No certificates are read from %(file)s.") % {"file": self.args[0]}


def signers_in_use() -> list[TrustedSigner]:
    """Returns the signers believed at the moment."""
    return list(TrustedSigner.objects.filter(is_active=True))


def read_signers(path: Path) -> list[x509.Certificate]:
    """Returns the certificates of a file: PEM, or JSON as the gateways give it out (a list or one object of `rawData`).

    Raises UnreadableSignersError.
    """
    try:
        text = path.read_text()
        if "-----BEGIN" in text:
            return x509.load_pem_x509_certificates(text.encode())
        found = [x509.load_der_x509_certificate(b64decode(raw)) for raw in _raw(json.loads(text))]
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableSignersError(path.name) from error
    if not found:
        raise UnreadableSignersError(path.name)
    return found


@transaction.atomic
def load_signers(*, certificates: list[x509.Certificate], by: Actor) -> int:
    """Adds the signers that are not in the list and returns how many; one taken out of use stays out of use."""
    added = 0
    for certificate in certificates:
        facts = {"certificate": certificate.public_bytes(Encoding.PEM).decode()}
        signer, is_new = TrustedSigner.objects.get_or_create(
            kid=key_id(certificate), country=_country(certificate), defaults=facts
        )
        if is_new:
            audit.record(by=by, action="signer.trusted", subject=signer, changes={"kid": signer.kid})
        added += is_new
    return added


def _country(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(COUNTRY)
    return str(names[0].value).upper()[:2] if names else ""


def _raw(found: object) -> list[str]:
    """Base64 of the DER, wherever the kinds of list put it."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, list):
        return [raw for entry in found for raw in _raw(entry)]
    known = ("rawData", "certificates", "CERTIFICATE", "TESTCTX")
    return [raw for name in known if isinstance(found, dict) and name in found for raw in _raw(found[name])]
