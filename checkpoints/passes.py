"""A pass: the keys that lead to a declaration, and what everybody may see of it."""

import secrets
from dataclasses import dataclass
from datetime import datetime

import segno
from django.db import IntegrityError, transaction
from django.utils.safestring import SafeString, mark_safe

from checkpoints.models import Declaration, PassKey
from vaxreg.codes import new_code

TOKEN_BYTES = 16
ATTEMPTS = 10


@dataclass(frozen=True)
class Pass:
    """What the pass's page shows: no personal data."""

    token: str
    code: str
    received_at: datetime
    valid_until: datetime

    def is_expired(self, at: datetime) -> bool:
        return at >= self.valid_until

    def seconds_left(self, at: datetime) -> int:
        return max(0, int((self.valid_until - at).total_seconds()))


def issue_keys(declaration: Declaration) -> str:
    """Gives the declaration its token and its short code, and returns the token. Belongs in the caller's transaction.

    Among 20 million declarations one new code in 1,300 is taken already: another is drawn then.
    """
    for _attempt in range(ATTEMPTS):
        keys = [secrets.token_urlsafe(TOKEN_BYTES), new_code()]
        facts = {"resident": declaration.resident, "declaration": declaration, "journey": declaration.journey}
        rows = [PassKey(key=key, **facts) for key in keys]
        try:
            with transaction.atomic():
                PassKey.objects.bulk_create(rows)
        except IntegrityError:
            continue
        return keys[0]
    raise RuntimeError("no free key for a pass")


def token_of(declaration: Declaration) -> str:
    """Returns the token issued for the declaration."""
    keys = PassKey.objects.filter(resident=declaration.resident, declaration=declaration)
    return next(key.key for key in keys if key.is_token)


def find_pass(token: str) -> Pass | None:
    """Returns the pass that this token opens, or None; a short code opens none, for it can be guessed. One query."""
    keys = list(PassKey.objects.filter(declaration__keys__key=token).select_related("declaration"))
    code = next((key.key for key in keys if not key.is_token), "")
    if not keys or token == code:
        return None
    declaration = keys[0].declaration
    return Pass(token, code, declaration.submitted_at, declaration.valid_until)


def qr_svg(url: str) -> SafeString:
    """Returns the QR of the address as SVG without a border: the page's own white margin is its quiet zone."""
    code = segno.make_qr(url, error="m", boost_error=False)
    # What is drawn are the modules of the code; the address itself is not in the markup.
    return mark_safe(code.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None))  # noqa: S308
