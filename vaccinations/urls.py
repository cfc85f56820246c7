from django.urls import path, re_path

from vaccinations.desk import views
from vaccinations.due import views as due_views
from vaxreg.codes import ALPHABET, CODE_LENGTH

urlpatterns = [
    path("clinic/", views.desk, name="clinic"),
    path("clinic/due/", due_views.due, name="clinic-due"),
    path("clinic/due/facilities/", due_views.facilities, name="clinic-due-facilities"),
    path("clinic/facility/", views.facility, name="clinic-facility"),
    path("clinic/person/", views.person, name="clinic-person"),
    path("clinic/record/", views.record, name="clinic-record"),
    path("clinic/reveal/", views.reveal, name="clinic-reveal"),
    path("clinic/register/", views.register, name="clinic-register"),
    path("clinic/same/", views.same, name="clinic-same"),
    re_path(rf"^clinic/slip/(?P<code>[{ALPHABET}]{{{CODE_LENGTH}}})/$", views.slip, name="clinic-slip"),
    path("clinic/dose/<int:pk>/void/", views.void, name="clinic-void"),
    path("clinic/dose/<int:pk>/replace/", views.replace, name="clinic-replace"),
]
