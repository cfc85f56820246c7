from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class VaxregConfig(AppConfig):
    name = "vaxreg"
    verbose_name = _("Accounts and audit")

    def ready(self) -> None:
        from vaxreg.roles import sync_groups

        post_migrate.connect(sync_groups, dispatch_uid="vaxreg.roles")
        # Each app's `listings` module registers what may be exported of it (docs/exporting.md).
        autodiscover_modules("listings")


class AdminConfig(DjangoAdminConfig):
    default_site = "vaxreg.admin_site.AdminSite"
