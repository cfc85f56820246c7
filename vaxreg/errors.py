"""Every refusal is a readable page in the visitor's language."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import get_language
from django.utils.translation import gettext as _


class BriefRefusals(logging.Filter):
    """A refusal is no failure: one line in the log, without the traceback that Django adds."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True


def refuse(request: HttpRequest, *, status: int, title: str, advice: str) -> HttpResponse:
    return render(request, "errors/refusal.html", {"title": title, "advice": advice}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(
        request,
        status=400,
        title=_("We could not read this request"),
        advice=_("Go back, check what you entered and send it again."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(
        request,
        status=403,
        title=_("You may not open this page"),
        advice=_("Your account has no role for it. Ask your administrator if your work needs it."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return refuse(
        request,
        status=403,
        title=_("This form has expired"),
        advice=_("Go back, reload the page and send it again. Cookies must be allowed for this site."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refuse(
        request,
        status=404,
        title=_("This page does not exist"),
        advice=_("Check the address, or start again from the home page."),
    )


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    return refuse(
        request,
        status=405,
        title=_("This page cannot be opened this way"),
        advice=_("It belongs to a form. Start again from the home page."),
    )


def too_many_requests(request: HttpRequest) -> HttpResponse:
    response = refuse(
        request,
        status=429,
        title=_("Too many forms from this network"),
        advice=_("Wait a few minutes, then send it again. Nothing you filed before is lost."),
    )
    response["Retry-After"] = "120"
    return response


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    return refuse(
        request,
        status=429,
        title=_("Too many failed sign-ins"),
        advice=_("Wait 15 minutes, then try again, or ask your administrator for a new password."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    # Without the request: what failed may be the database, the session or the user, and the base page asks for them.
    return HttpResponse(get_template("errors/server_error.html").render({"language": get_language()}), status=500)
