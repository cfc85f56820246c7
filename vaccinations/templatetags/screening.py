"""Conclusions and vital signs in words."""

from django import template

from vaccinations.models import Screening, ScreeningItem, VitalLimit

register = template.Library()


@register.filter
def conclusion_label(code: str) -> str:
    """delay → delay, in the language of the screen."""
    return str(ScreeningItem.Conclusion(code).label)


@register.filter
def vital_label(code: str) -> str:
    """pulse → pulse, per minute."""
    return str(VitalLimit.Vital(code).label)


@register.filter
def consent_label(code: str) -> str:
    """agreed → agrees to the vaccination; what is no code of ours as it came."""
    return str(dict(Screening.Consent.choices).get(code, code))
