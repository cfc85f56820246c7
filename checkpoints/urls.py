from django.urls import path, re_path

from checkpoints import citizen_views, desk_views, group_views, shift_views

urlpatterns = [
    path("declare/", citizen_views.declare, name="declare"),
    # A pass's token: 128 random bits; anything else is no page at all.
    re_path(r"^p/(?P<token>[A-Za-z0-9_-]{22})/$", citizen_views.show_pass, name="pass"),
    path("desk/", desk_views.desk, name="desk"),
    path("desk/checkpoint/", desk_views.choose_checkpoint, name="desk-checkpoint"),
    path("desk/passages/", desk_views.record, name="desk-record"),
    path("desk/unmask/", desk_views.unmask, name="desk-unmask"),
    path("desk/register/", desk_views.register, name="desk-register"),
    path("desk/undo/", desk_views.undo, name="desk-undo"),
    path("desk/declare/", desk_views.declare, name="desk-declare"),
    path("desk/group/", group_views.group, name="desk-group"),
    path("desk/group/record/", group_views.record_group, name="desk-group-record"),
    path("desk/shift/", shift_views.shift, name="desk-shift"),
    path("desk/quick/", shift_views.quick_mode, name="desk-quick"),
]
