"""Everything is denied unless opened: a view says to whom, and the middleware refuses every view that does not."""

from collections.abc import Callable, Collection
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from vaxreg.roles import Role

PUBLIC = frozenset({"public"})
SIGNED_IN = frozenset({"signed-in"})
# Who works where; views and the navigation read the same sets.
CHECKPOINT_DESK = frozenset({Role.OFFICER, Role.CHECKPOINT_LEAD})
CLINIC_DESK = frozenset({Role.CLINIC_STAFF, Role.CLINIC_LEAD})
PEOPLE_SEARCH = frozenset(
    {*CLINIC_DESK, Role.PROVINCIAL_MANAGER, Role.RESPONSE_AGENT, Role.ADMINISTRATOR, Role.AUDITOR}
)
View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Opens a view to everybody."""
    view.open_to = PUBLIC
    return view


def signed_in(view: View) -> View:
    """Opens a view to every member of staff."""
    view.open_to = SIGNED_IN
    return view


def open_to(roles: Collection[str]) -> Callable[[View], View]:
    """Opens a view to the holders of any of these roles."""

    def decorate(view: View) -> View:
        view.open_to = frozenset(roles)
        return view

    return decorate


class AccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        # The admin site checks each of its own views (AdminSite.has_permission and model permissions).
        if request.resolver_match.app_name == "admin":
            return None
        allowed = getattr(view, "open_to", frozenset())
        if allowed == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        if allowed == SIGNED_IN or (allowed and request.user.has_role(allowed)):
            return None
        raise PermissionDenied
