"""The admin site: our title, our way in and out, and no models but our own."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from vaxreg.accounts import sign_out

# Groups mirror roles.py; failed sign-ins and second factors are handled through users. Registered by their own apps,
# those models would be a second way to all of it.
OUR_APPS = frozenset({"vaxreg", "residents", "vaccinations", "checkpoints"})


class Autocomplete(AutocompleteJsonView):
    def has_perm(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Lists of people are searched by sealed terms only, never by what stands in an address."""
        return not getattr(self.model_admin, "holds_personal_data", False) and super().has_perm(request, obj)


class AdminSite(admin.AdminSite):
    site_header = "VaxReg"
    site_title = "VaxReg"
    index_title = _("Administration")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        super().register([model for model in models if model._meta.app_label in OUR_APPS], admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.uses_admin

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # Who is not signed in was sent to settings.LOGIN_URL before; there is one entrance with one set of rules.
        return redirect("admin:index" if self.has_permission(request) else settings.LOGIN_URL)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sign_out(request)
        return redirect(settings.LOGOUT_REDIRECT_URL)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return Autocomplete.as_view(admin_site=self)(request)
