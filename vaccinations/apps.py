from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VaccinationsConfig(AppConfig):
    name = "vaccinations"
    verbose_name = _("Vaccinations")

    def ready(self) -> None:
        from residents import duplicates
        from vaccinations.quality.feeding import feed_from_pairs

        duplicates.FOLLOWERS.append(feed_from_pairs)
