"""Signing in and out, passwords and second factors. Every step leaves an audit entry."""

from base64 import b32encode
from time import time
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import SetPasswordMixin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_otp import login as verify_session
from django_otp import verify_token
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from vaxreg import audit
from vaxreg.actors import Actor
from vaxreg.models import User


class WrongTokenError(Exception):
    """The second factor did not accept the digits."""

    message = _(
        "These digits are wrong, or were used before. Wait for the next ones; after several errors wait longer."
    )


class HasSecondFactorError(Exception):
    """The account has a second factor already."""

    message = _("Your account has a second factor already.")


@transaction.atomic
def sign_in(request: HttpRequest, *, user: User) -> None:
    """Starts a fresh session for the user, whose password was checked; the clock of its limits starts now."""
    # Django keeps the key of a session in which the same user had signed in before.
    request.session.flush()
    start_session(request, user)
    request.session["signed_in_at"] = request.session["seen_at"] = int(time())
    request.actor = Actor(user=user, address=request.actor.address, channel="web")
    audit.record(by=request.actor, action="sign-in", subject=user)


def note_refused_sign_in(*, by: Actor, username: str, locked: bool) -> None:
    """Records that a sign-in was refused. What was typed is kept only as the account it names: it may be a password."""
    subject = User.objects.filter(username=username).first()
    audit.record(by=by, action="sign-in.locked" if locked else "sign-in.refused", subject=subject)


@transaction.atomic
def sign_out(request: HttpRequest) -> None:
    """Ends the session."""
    if request.user.is_authenticated:
        audit.record(by=request.actor, action="sign-out", subject=request.user)
    end_session(request)


@transaction.atomic
def change_password(request: HttpRequest, *, form: SetPasswordMixin) -> None:
    """Saves the new password of a valid form; every other session of the user ends, this one goes on."""
    user = form.save()
    update_session_auth_hash(request, user)
    audit.record(by=request.actor, action="password.changed", subject=user)


def check_token(token: str, *, by: Actor) -> TOTPDevice:
    """Returns the actor's device that accepted the token.

    Raises WrongTokenError, and does so for every token while django-otp makes the user wait after wrong ones.
    """
    device = TOTPDevice.objects.filter(user=by.user, confirmed=True).first()
    with transaction.atomic():
        accepted = device and verify_token(by.user, device.persistent_id, token)
        if not accepted:
            audit.record(by=by, action="second-factor.refused", subject=by.user)
    # Raised outside the transaction, which has counted the failure.
    if not accepted:
        raise WrongTokenError
    return accepted


@transaction.atomic
def verify(request: HttpRequest, *, device: TOTPDevice) -> None:
    """Marks the session as verified by the device, under a new session key."""
    request.session.cycle_key()
    verify_session(request, device)
    audit.record(by=request.actor, action="second-factor.accepted", subject=request.user)


def new_second_factor_key() -> str:
    """Returns a random key of 20 bytes in hexadecimal digits."""
    return random_hex(20)


def secret_text(key: str) -> str:
    """Returns the key as authenticator apps take it by hand."""
    return b32encode(bytes.fromhex(key)).decode()


def enrolment_url(user: User, key: str) -> str:
    """Returns the otpauth address that authenticator apps read from a QR.

    Source: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    issuer = settings.OTP_TOTP_ISSUER
    facts = {"secret": secret_text(key), "issuer": issuer, "algorithm": "SHA1", "digits": 6, "period": 30}
    return f"otpauth://totp/{quote(f'{issuer}:{user.get_username()}')}?{urlencode(facts)}"


@transaction.atomic
def set_up_second_factor(*, key: str, token: str, by: Actor) -> TOTPDevice:
    """Returns the device made of the key that the user's app has proved to hold.

    Raises WrongTokenError, and HasSecondFactorError for a user who has one: it must be removed first.
    """
    user = User.objects.select_for_update().get(pk=by.user.pk)
    if user.has_second_factor:
        raise HasSecondFactorError
    clock = TOTP(bytes.fromhex(key))
    clock.time = time()
    if not clock.verify(int(token), tolerance=1):
        raise WrongTokenError
    device = TOTPDevice.objects.create(user=user, name="app", key=key, last_t=clock.t(), drift=clock.drift)
    audit.record(by=by, action="second-factor.set-up", subject=user)
    return device


@transaction.atomic
def remove_second_factor(*, user: User, by: Actor) -> int:
    """Removes the user's second factors and returns how many there were."""
    removed, _by_model = TOTPDevice.objects.filter(user=user).delete()
    if removed:
        audit.record(by=by, action="second-factor.removed", subject=user)
    return removed
