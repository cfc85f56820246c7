from django.urls import include, path, re_path

from vaccinations.desk import correction_views, day_views, slip_views, views, workday_views
from vaccinations.due import views as due_views
from vaccinations.imports import views as imports
from vaccinations.observation import area_views
from vaccinations.observation import views as observation_views
from vaccinations.registration import status_views
from vaccinations.registration import views as registration
from vaccinations.sessions import arrival_views, fill_views, overview_views, standby_views
from vaccinations.sessions import views as sessions
from vaxreg.codes import ALPHABET, CODE_LENGTH

SLIP_CODE = rf"(?P<code>[{ALPHABET}]{{{CODE_LENGTH}}})"

urlpatterns = [
    path("", include("vaccinations.stock.urls")),
    path("", include("vaccinations.batch.urls")),
    path("", include("vaccinations.quality.urls")),
    path("register/", registration.register, name="register"),
    path("register/status/", status_views.status, name="register-status"),
    # 128 random bits; anything else is no page at all.
    re_path(r"^register/(?P<token>[A-Za-z0-9_-]{22})/$", registration.registered, name="registered"),
    path("clinic/", views.desk, name="clinic"),
    path("clinic/facility/", workday_views.facility, name="clinic-facility"),
    path("clinic/workday/", workday_views.workday, name="clinic-workday"),
    path("clinic/due/", due_views.due, name="clinic-due"),
    path("clinic/due/facilities/", due_views.facilities, name="clinic-due-facilities"),
    path("clinic/person/", views.person, name="clinic-person"),
    path("clinic/record/", views.record, name="clinic-record"),
    path("clinic/visit/<int:pk>/undo/", views.undo_visit, name="clinic-visit-undo"),
    path("clinic/reveal/", views.reveal, name="clinic-reveal"),
    path("clinic/register/", views.register, name="clinic-register"),
    path("clinic/same/", views.same, name="clinic-same"),
    path("clinic/sessions/", sessions.sessions, name="clinic-sessions"),
    path("clinic/sessions/new/", sessions.new, name="clinic-session-new"),
    path("clinic/sessions/<int:pk>/", sessions.session, name="clinic-session"),
    path("clinic/sessions/<int:pk>/edit/", sessions.edit, name="clinic-session-edit"),
    path("clinic/sessions/<int:pk>/cancel/", sessions.cancel, name="clinic-session-cancel"),
    path("clinic/sessions/<int:pk>/fill/", fill_views.fill, name="clinic-session-fill"),
    path("clinic/sessions/<int:pk>/list/", sessions.paper, name="clinic-session-list"),
    path("clinic/sessions/<int:pk>/arrive/", arrival_views.arrive, name="clinic-session-arrive"),
    path("clinic/sessions/<int:pk>/walk-in/", arrival_views.walk_in, name="clinic-session-walk-in"),
    path("clinic/sessions/<int:pk>/book/", arrival_views.book, name="clinic-session-book"),
    path("clinic/sessions/<int:pk>/undo/", arrival_views.undo, name="clinic-session-undo"),
    path("clinic/sessions/<int:pk>/missed/", arrival_views.missed, name="clinic-session-missed"),
    path("clinic/sessions/<int:pk>/standby/", standby_views.standby_list, name="clinic-session-standby"),
    path("clinic/sessions/<int:pk>/call/", standby_views.call, name="clinic-session-call"),
    path("clinic/sessions/<int:pk>/phone/", standby_views.phone, name="clinic-session-phone"),
    path("sessions/", overview_views.figures, name="session-figures"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="import-new"),
    path("imports/<int:pk>/", imports.one, name="import"),
    path("imports/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("imports/<int:pk>/facilities/", imports.facilities, name="import-facilities"),
    path("imports/<int:pk>/rows/", imports.rows, name="import-rows"),
    path("imports/<int:pk>/decide/", imports.decide, name="import-decide"),
    path("imports/<int:pk>/commit/", imports.commit, name="import-commit"),
    path("imports/<int:pk>/revert/", imports.revert, name="import-revert"),
    path("imports/<int:pk>/cancel/", imports.cancel, name="import-cancel"),
    path("imports/<int:pk>/resume/", imports.resume, name="import-resume"),
    path("imports/<int:pk>/check-again/", imports.check_again, name="import-check-again"),
    re_path(rf"^clinic/slip/{SLIP_CODE}/$", slip_views.slip, name="clinic-slip"),
    re_path(rf"^clinic/confirmation/{SLIP_CODE}/$", slip_views.confirmation, name="clinic-confirmation"),
    path("clinic/mend/", slip_views.mend_slip, name="clinic-mend"),
    path("clinic/day/", day_views.facility_day, name="clinic-day"),
    path("facilities/", day_views.facilities, name="facilities"),
    path("facilities/<int:pk>/", day_views.facility_of_area, name="facility-day"),
    path("clinic/observation/", observation_views.board, name="clinic-observation"),
    re_path(rf"^clinic/reaction/{SLIP_CODE}/$", observation_views.reaction, name="clinic-reaction"),
    path("clinic/dose/<int:pk>/void/", correction_views.void, name="clinic-void"),
    path("clinic/dose/<int:pk>/replace/", correction_views.replace, name="clinic-replace"),
    path("adverse-events/", area_views.adverse_events, name="adverse-events"),
    path("adverse-events/<int:pk>/", area_views.adverse_event, name="adverse-event"),
]
