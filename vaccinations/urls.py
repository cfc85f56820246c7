from django.urls import path, re_path

from vaccinations.desk import views
from vaccinations.imports import views as imports
from vaxreg.codes import ALPHABET, CODE_LENGTH

urlpatterns = [
    path("clinic/", views.desk, name="clinic"),
    path("clinic/facility/", views.facility, name="clinic-facility"),
    path("clinic/person/", views.person, name="clinic-person"),
    path("clinic/record/", views.record, name="clinic-record"),
    path("clinic/reveal/", views.reveal, name="clinic-reveal"),
    path("clinic/register/", views.register, name="clinic-register"),
    path("clinic/same/", views.same, name="clinic-same"),
    re_path(rf"^clinic/slip/(?P<code>[{ALPHABET}]{{{CODE_LENGTH}}})/$", views.slip, name="clinic-slip"),
    path("clinic/dose/<int:pk>/void/", views.void, name="clinic-void"),
    path("clinic/dose/<int:pk>/replace/", views.replace, name="clinic-replace"),
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
]
