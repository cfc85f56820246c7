from django.urls import path, re_path

from checkpoints import change_views, citizen_views, desk_views, movement_views, route_views, rule_views

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
    path("route/", route_views.route, name="route"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/new/", rule_views.write, name="rule-new"),
    path("rules/<int:pk>/", rule_views.rule, name="rule"),
    path("rules/<int:pk>/edit/", rule_views.write, name="rule-edit"),
    path("rules/<int:pk>/begin/", rule_views.begin, name="rule-begin"),
    path("rules/<int:pk>/end/", rule_views.end, name="rule-end"),
    path("rules/<int:pk>/take-back/", rule_views.take_back, name="rule-take-back"),
    path("rules/<int:pk>/delete/", rule_views.delete, name="rule-delete"),
    path("rules/<int:pk>/successor/", rule_views.succeed, name="rule-successor"),
    path("rules/<int:pk>/simulation/", rule_views.simulation, name="rule-simulation"),
    path("movements/", movement_views.overview, name="movements"),
    path("movements/wards/", movement_views.wards, name="movements-wards"),
    path("movements/counts.csv", movement_views.counts, name="movements-counts"),
    path("movements/day/", movement_views.day, name="movements-day"),
    path("movements/passages/", movement_views.passages, name="movements-passages"),
    path("tracing/", movement_views.tracing, name="tracing"),
]
