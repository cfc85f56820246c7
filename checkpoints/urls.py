from django.urls import path, re_path

from checkpoints import change_views, citizen_views, desk_views

urlpatterns = [
    path("declare/", citizen_views.declare, name="declare"),
    # A pass's token: 128 random bits; anything else is no page at all.
    re_path(r"^p/(?P<token>[A-Za-z0-9_-]{22})/$", citizen_views.show_pass, name="pass"),
    re_path(r"^p/(?P<token>[A-Za-z0-9_-]{22})/change/$", change_views.change_pass, name="pass-change"),
    path("desk/", desk_views.desk, name="desk"),
    path("desk/checkpoint/", desk_views.choose_checkpoint, name="desk-checkpoint"),
    path("desk/passages/", desk_views.record, name="desk-record"),
    path("desk/unmask/", desk_views.unmask, name="desk-unmask"),
    path("desk/register/", desk_views.register, name="desk-register"),
]
