from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ResidentsConfig(AppConfig):
    name = "residents"
    verbose_name = _("Residents")

    def ready(self) -> None:
        # Each app's `person_records` module registers its tables that are of people (residents/merging/registry.py).
        autodiscover_modules("person_records")
