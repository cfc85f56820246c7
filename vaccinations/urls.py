from django.urls import path, re_path

from vaccinations.desk import correction_views, day_views, slip_views, views, workday_views
from vaccinations.observation import area_views
from vaccinations.observation import views as observation_views
from vaxreg.codes import ALPHABET, CODE_LENGTH

SLIP_CODE = rf"(?P<code>[{ALPHABET}]{{{CODE_LENGTH}}})"

urlpatterns = [
    path("clinic/", views.desk, name="clinic"),
    path("clinic/facility/", workday_views.facility, name="clinic-facility"),
    path("clinic/workday/", workday_views.workday, name="clinic-workday"),
    path("clinic/person/", views.person, name="clinic-person"),
    path("clinic/record/", views.record, name="clinic-record"),
    path("clinic/visit/<int:pk>/undo/", views.undo_visit, name="clinic-visit-undo"),
    path("clinic/reveal/", views.reveal, name="clinic-reveal"),
    path("clinic/register/", views.register, name="clinic-register"),
    path("clinic/same/", views.same, name="clinic-same"),
    re_path(rf"^clinic/slip/{SLIP_CODE}/$", slip_views.slip, name="clinic-slip"),
    re_path(rf"^clinic/confirmation/{SLIP_CODE}/$", slip_views.confirmation, name="clinic-confirmation"),
    path("clinic/mend/", slip_views.mend_slip, name="clinic-mend"),
    path("clinic/day/", day_views.facility_day, name="clinic-day"),
    path("facilities/", day_views.facilities, name="facilities"),
    path("clinic/observation/", observation_views.board, name="clinic-observation"),
    re_path(rf"^clinic/reaction/{SLIP_CODE}/$", observation_views.reaction, name="clinic-reaction"),
    path("clinic/dose/<int:pk>/void/", correction_views.void, name="clinic-void"),
    path("clinic/dose/<int:pk>/replace/", correction_views.replace, name="clinic-replace"),
    path("adverse-events/", area_views.adverse_events, name="adverse-events"),
    path("adverse-events/<int:pk>/", area_views.adverse_event, name="adverse-event"),
]
