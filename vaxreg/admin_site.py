"""The admin site: our title, and open only to people with an admin role."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class AdminSite(admin.AdminSite):
    site_header = "VaxReg"
    site_title = "VaxReg"
    index_title = _("Administration")
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.uses_admin


class AdminConfig(DjangoAdminConfig):
    default_site = "vaxreg.admin_site.AdminSite"
