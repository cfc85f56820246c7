from django.urls import path, re_path

from checkpoints.declaring import change_views
from checkpoints.declaring import views as declaring
from checkpoints.desk import views as desk
from checkpoints.groups import views as groups
from checkpoints.movements import views as movements
from checkpoints.route import views as route
from checkpoints.rules import level_views as levels
from checkpoints.rules import views as rules
from checkpoints.shifts import views as shifts

urlpatterns = [
    path("declare/", declaring.declare, name="declare"),
    # A pass's token: 128 random bits; anything else is no page at all.
    re_path(r"^p/(?P<token>[A-Za-z0-9_-]{22})/$", declaring.show_pass, name="pass"),
    re_path(r"^p/(?P<token>[A-Za-z0-9_-]{22})/change/$", change_views.change_pass, name="pass-change"),
    path("desk/", desk.desk, name="desk"),
    path("desk/checkpoint/", desk.choose_checkpoint, name="desk-checkpoint"),
    path("desk/passages/", desk.record, name="desk-record"),
    path("desk/unmask/", desk.unmask, name="desk-unmask"),
    path("desk/register/", desk.register, name="desk-register"),
    path("desk/undo/", desk.undo, name="desk-undo"),
    path("desk/proof/", desk.prove, name="desk-proof"),
    path("desk/declare/", desk.declare, name="desk-declare"),
    path("desk/group/", groups.group, name="desk-group"),
    path("desk/group/record/", groups.record_group, name="desk-group-record"),
    path("desk/shift/", shifts.shift, name="desk-shift"),
    path("desk/quick/", shifts.quick_mode, name="desk-quick"),
    path("route/", route.route, name="route"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.write, name="rule-new"),
    path("rules/levels/", levels.levels, name="levels"),
    path("rules/levels/import/", levels.bring_in, name="levels-import"),
    path("rules/<int:pk>/", rules.rule, name="rule"),
    path("rules/<int:pk>/edit/", rules.write, name="rule-edit"),
    path("rules/<int:pk>/begin/", rules.begin, name="rule-begin"),
    path("rules/<int:pk>/end/", rules.end, name="rule-end"),
    path("rules/<int:pk>/take-back/", rules.take_back, name="rule-take-back"),
    path("rules/<int:pk>/delete/", rules.delete, name="rule-delete"),
    path("rules/<int:pk>/successor/", rules.succeed, name="rule-successor"),
    path("rules/<int:pk>/simulation/", rules.simulation, name="rule-simulation"),
    path("movements/", movements.overview, name="movements"),
    path("movements/wards/", movements.wards, name="movements-wards"),
    path("movements/counts.csv", movements.counts, name="movements-counts"),
    path("movements/day/", movements.day, name="movements-day"),
    path("movements/passages/", movements.passages, name="movements-passages"),
    path("tracing/", movements.tracing, name="tracing"),
]
