from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.models.signals import post_migrate


class VaxregConfig(AppConfig):
    name = "vaxreg"

    def ready(self) -> None:
        from vaxreg.roles import sync_groups

        post_migrate.connect(sync_groups, dispatch_uid="vaxreg.roles")


class AdminConfig(DjangoAdminConfig):
    default_site = "vaxreg.admin_site.AdminSite"
