"""The slip that a person takes home."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from vaccinations.desk.slip_pages import slip_page
from vaccinations.models import Slip
from vaxreg.access import CLINIC_DESK, open_to


@open_to(CLINIC_DESK)
@require_safe
def slip(request, code):
    return slip_page(request, get_object_or_404(Slip.objects.visible_to(request.user).with_dose(), code=code))
