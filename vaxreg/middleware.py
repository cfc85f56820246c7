"""What each request carries besides Django's own: the actor, session limits, the second factor."""

from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from vaxreg.access import return_address
from vaxreg.actors import Actor, client_address
from vaxreg.errors import bad_request, method_not_allowed

Handler = Callable[[HttpRequest], HttpResponse]
# Writing the session on every request would cost more than the desk's own queries: a minute is fine enough.
SEEN_RESOLUTION_SECONDS = 60
WITHOUT_SECOND_FACTOR = ("/login/", "/logout/", "/account/second-factor/", "/language/")


class LanguageMiddleware:
    """Vietnamese unless the visitor switched: what the browser was set to when it was bought does not count."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        translation.activate(chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ["Cookie"])
        return response


class RefusalMiddleware:
    """Refuses requests with a NUL, which no text of ours has and PostgreSQL cannot keep; gives 405 a readable page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or has_nul(request.GET) or has_nul(request.POST):
            return bad_request(request)
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = method_not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response


def has_nul(fields: QueryDict) -> bool:
    return any("\0" in text for name, values in fields.lists() for text in (name, *values))


class ActorMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        channel = "public" if user is None else "admin" if request.path.startswith("/admin/") else "web"
        request.actor = Actor(user=user, address=client_address(request), channel=channel)
        return self.get_response(request)


class SessionLimitMiddleware:
    """Ends a staff session 12 hours after sign-in, or after 30 idle minutes (settings)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(time())
        signed_in_at = request.session.setdefault("signed_in_at", now)
        seen_at = request.session.get("seen_at", now)
        if now - signed_in_at > settings.SESSION_COOKIE_AGE or now - seen_at > settings.SESSION_IDLE_SECONDS:
            return self.end(request)
        if "seen_at" not in request.session or now - seen_at > SEEN_RESOLUTION_SECONDS:
            request.session["seen_at"] = now
        return self.get_response(request)

    def end(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        if request.method == "POST":
            messages.warning(
                request,
                _("Your session had ended, so what you just sent was not recorded. Sign in and enter it again."),
            )
        else:
            messages.info(request, _("Your session has ended. Please sign in again."))
        return redirect_to_login(return_address(request))


class SecondFactorMiddleware:
    """A user with a second factor must use it; an administrator must have one where settings say so."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or user.is_verified() or request.path.startswith(WITHOUT_SECOND_FACTOR):
            return self.get_response(request)
        if user.has_second_factor:
            return redirect_to_login(return_address(request), "/login/second-factor/")
        if user.is_administrator and settings.SECOND_FACTOR_REQUIRED:
            messages.warning(request, _("Administrators need a second factor. Set it up now."))
            return redirect("/account/second-factor/")
        return self.get_response(request)
