from django.urls import path

from vaccinations.quality import return_views, views

urlpatterns = [
    path("quality/", views.cases, name="quality"),
    path("quality/assign/", views.assign, name="quality-assign"),
    path("quality/lists/", return_views.lists, name="quality-lists"),
    path("quality/lists/<int:pk>/", return_views.one, name="quality-list"),
    path("quality/provinces/", views.provinces, name="quality-provinces"),
    path("quality/<str:handle>/", views.case, name="quality-case"),
    path("quality/<str:handle>/decide/", views.decide, name="quality-decide"),
    path("quality/<str:handle>/undo/", views.undo, name="quality-undo"),
    path("quality/<str:handle>/claim/", views.claim, name="quality-claim"),
    path("quality/<str:handle>/release/", views.release, name="quality-release"),
    path("quality/<str:handle>/letter/", views.letter, name="quality-letter"),
]
