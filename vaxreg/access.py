"""Everything is denied unless opened: a view says to whom, and the middleware refuses every view that does not."""

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme

from vaxreg.roles import ADMIN_ROLES, Role

PUBLIC = frozenset({"public"})
SIGNED_IN = frozenset({"signed-in"})
# Who works where; views and the navigation read the same sets.
CHECKPOINT_DESK = frozenset({Role.OFFICER, Role.CHECKPOINT_LEAD})
CLINIC_DESK = frozenset({Role.CLINIC_STAFF, Role.CLINIC_LEAD})
CLINIC_LEADS = frozenset({Role.CLINIC_LEAD})
# The stock of an area's facilities; who acts upon a lot for the whole country, and sees who got it.
LOT_KEEPING = frozenset({Role.PROVINCIAL_MANAGER, Role.ADMINISTRATOR})
STOCK_READING = frozenset({*LOT_KEEPING, Role.AUDITOR})
# Sessions and registrations of an area, in numbers.
SESSION_FIGURES = frozenset({Role.PROVINCIAL_MANAGER})
IMPORTS = frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER})
# Work lists: who decides, and who sees in numbers how they stand.
QUALITY = frozenset({Role.PROVINCIAL_MANAGER, Role.RESPONSE_AGENT})
QUALITY_FIGURES = frozenset({Role.PROVINCIAL_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR})
# Doses due: a clinic's people, and a manager's counts.
DUE_COUNTS = frozenset({Role.PROVINCIAL_MANAGER})
PEOPLE_SEARCH = frozenset(
    {*CLINIC_DESK, Role.PROVINCIAL_MANAGER, Role.RESPONSE_AGENT, Role.ADMINISTRATOR, Role.AUDITOR}
)
# Who makes two records of one person one, having looked at both; and undoes it.
MERGING = frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER})
RULES_WRITING = frozenset({Role.CHECKPOINT_LEAD, Role.ADMINISTRATOR})
RULES_READING = frozenset({*RULES_WRITING, Role.PROVINCIAL_MANAGER})
LEVELS_WRITING = frozenset({Role.ADMINISTRATOR})
# Movements in numbers; with people and small numbers only for who answers for the area.
MOVEMENT_DETAILS = frozenset({Role.CHECKPOINT_LEAD, Role.PROVINCIAL_MANAGER})
MOVEMENTS = frozenset({*MOVEMENT_DETAILS, Role.ADMINISTRATOR, Role.AUDITOR})
TRACING = frozenset({Role.TRACER})
# Lists of people that leave as files: who may ask, who may be the second to agree, who reads what left.
EXPORT_ASKING = frozenset({Role.CLINIC_LEAD, Role.PROVINCIAL_MANAGER, Role.TRACER})
EXPORT_APPROVING = frozenset({Role.PROVINCIAL_MANAGER, Role.ADMINISTRATOR})
EXPORT_LOG = frozenset({Role.AUDITOR})
EXPORTS = EXPORT_ASKING | EXPORT_APPROVING | EXPORT_LOG
# What happens at the facilities of an area: reactions with people, days in numbers.
AREA_REPORTS = frozenset({Role.PROVINCIAL_MANAGER})
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


def return_address(request: HttpRequest) -> str:
    """Returns the path to come back to after signing in: this page, or the page whose form was sent from it.

    Without the query string: what a visitor may have put there belongs in no other address and no log.
    """
    if request.method == "GET":
        return request.path
    referrer = request.headers.get("referer", "")
    ours = url_has_allowed_host_and_scheme(referrer, {request.get_host()}, request.is_secure())
    return urlsplit(referrer).path if ours else "/"


class AccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            # Desks share computers: nothing that staff saw is to be had again by the back button after signing out.
            add_never_cache_headers(response)
        return response

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        """Returns None for a view open to the user, or leads to the sign-in page. Raises PermissionDenied."""
        # Inside, the admin site checks each of its own views by model permissions.
        in_admin = request.resolver_match.app_name == "admin"
        allowed = ADMIN_ROLES if in_admin else getattr(view, "open_to", frozenset())
        if allowed == PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(return_address(request))
        if allowed == SIGNED_IN or (allowed and request.user.has_role(allowed)):
            return None
        raise PermissionDenied
