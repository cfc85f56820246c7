"""A pass: the keys that lead to a declaration or to a whole journey, and what everybody may see of it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import segno
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe

from checkpoints.models import Declaration, PassKey
from vaxreg.codes import new_code

TOKEN_BYTES = 16
ATTEMPTS = 10


@dataclass(frozen=True)
class Pass:
    """What the pass's page shows: no personal data. `members` are the passes of a journey's people, in their order."""

    token: str
    code: str
    received_at: datetime
    valid_until: datetime
    is_withdrawn: bool
    version: int
    members: tuple["Pass", ...] = ()

    @property
    def edition(self) -> int:
        """Grows with each change, withdrawing included."""
        return self.version + self.is_withdrawn

    def is_expired(self, at: datetime) -> bool:
        return at >= self.valid_until

    def seconds_left(self, at: datetime) -> int:
        return max(0, int((self.valid_until - at).total_seconds()))


def issue_keys(declaration: Declaration) -> str:
    """Gives the declaration its token and its short code, and returns the token. Belongs in the caller's transaction."""
    return _issue({"resident": declaration.resident, "declaration": declaration, "journey": declaration.journey})


def issue_journey_keys(declarations: Sequence[Declaration]) -> str:
    """Gives each declaration of a journey its keys, and several of them keys in common; returns the token for all."""
    tokens = [issue_keys(declaration) for declaration in declarations]
    if len(declarations) == 1:
        return tokens[0]
    first, members = declarations[0], [declaration.resident for declaration in declarations]
    return _issue({"resident": first.resident, "journey": first.journey, "members": members})


def places_taken(journey: UUID) -> int:
    """Returns how many people the journey has had: the place of who joins it next."""
    key = PassKey.objects.filter(journey=journey, declaration=None).first()
    return len(key.members) if key else 1


def join_journey(first: Declaration, joined: Sequence[Declaration]) -> None:
    """Gives those who join a journey their keys, and a place in its pass for all, which is issued with the second person."""
    for declaration in joined:
        issue_keys(declaration)
    together, numbers = (
        PassKey.objects.filter(journey=first.journey, declaration=None),
        [row.resident for row in joined],
    )
    key = together.first()
    if key:
        together.update(members=[*key.members, *numbers])
    else:
        _issue({"resident": first.resident, "journey": first.journey, "members": [first.resident, *numbers]})


def _issue(facts: dict[str, object]) -> str:
    """Among 20 million declarations one new code in 1,300 is taken already: another is drawn then."""
    for _attempt in range(ATTEMPTS):
        keys = [secrets.token_urlsafe(TOKEN_BYTES), new_code()]
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


def token_of_journey(journey: UUID) -> str | None:
    """Returns the token issued for all people of the journey; None where one person travels alone."""
    keys = PassKey.objects.filter(journey=journey, declaration=None)
    return next((key.key for key in keys if key.is_token), None)


def are_of_one_journey(token: str, other: str) -> bool:
    """Whether both are tokens of passes, and of the same journey."""
    keys = PassKey.objects.filter(key__in={token, other} - {""})
    journeys = {key.key: key.journey for key in keys if key.is_token}
    return token in journeys and other in journeys and journeys[token] == journeys[other]


def find_pass(token: str) -> Pass | None:
    """Returns the pass that this token opens, or None; a short code opens none, for it can be guessed.

    One query for one person, four for a journey.
    """
    keys = _keys_of_one(token)
    if keys:
        return _pass_of(keys, keys[0].declaration)
    keys = _keys_of_journey(token)
    return _pass_of_journey(keys) if keys else None


def find_declarations(token: str) -> list[Declaration]:
    """Returns the newest versions of the declarations that this token opens, in their order."""
    keys = _keys_of_one(token)
    if keys:
        return list(Declaration.objects.filter(pk=keys[0].declaration_id).select_related("origin", "destination"))
    keys = _keys_of_journey(token)
    return list(_members(keys[0])) if keys else []


def _keys_of_one(token: str) -> list[PassKey]:
    keys = list(PassKey.objects.filter(declaration__keys__key=token).select_related("declaration"))
    return keys if token in _tokens(keys) else []


def _keys_of_journey(token: str) -> list[PassKey]:
    journeys = PassKey.objects.filter(key=token, declaration=None).values("journey")
    keys = list(PassKey.objects.filter(journey__in=journeys, declaration=None))
    return keys if token in _tokens(keys) else []


def _tokens(keys: Sequence[PassKey]) -> list[str]:
    return [key.key for key in keys if key.is_token]


def _members(key: PassKey) -> QuerySet[Declaration]:
    newest = Declaration.objects.filter(resident__in=key.members, journey=key.journey, superseded_at=None)
    return newest.select_related("origin", "destination").order_by("place_in_journey")


def _pass_of(keys: Sequence[PassKey], filed: Declaration) -> Pass:
    token, code = (next(key.key for key in keys if key.is_token is wanted) for wanted in (True, False))
    is_withdrawn = filed.withdrawn_at is not None
    return Pass(token, code, filed.submitted_at, filed.valid_until, is_withdrawn, filed.version)


def _pass_of_journey(keys: Sequence[PassKey]) -> Pass:
    token, code = (next(key.key for key in keys if key.is_token is wanted) for wanted in (True, False))
    members = tuple(_pass_of(filed.keys.all(), filed) for filed in _members(keys[0]).prefetch_related("keys"))
    return Pass(
        token=token,
        code=code,
        received_at=max(member.received_at for member in members),
        valid_until=min(member.valid_until for member in members),
        is_withdrawn=all(member.is_withdrawn for member in members),
        version=sum(member.edition for member in members),
        members=members,
    )


def qr_svg(url: str) -> SafeString:
    """Returns the QR of the address as SVG without a border: the page's own white margin is its quiet zone."""
    code = segno.make_qr(url, error="m", boost_error=False)
    # What is drawn are the modules of the code; the address itself is not in the markup.
    return mark_safe(code.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None))  # noqa: S308
