from django.urls import path

from vaxreg.exports import views

urlpatterns = [
    path("exports/", views.exports, name="exports"),
    path("exports/new/<slug:listing>/", views.ask, name="export-ask"),
    path("exports/log/", views.log, name="export-log"),
    path("exports/<int:pk>/", views.export, name="export"),
    path("exports/<int:pk>/decide/", views.decide, name="export-decide"),
    path("exports/<int:pk>/withdraw/", views.withdraw, name="export-withdraw"),
    path("exports/<int:pk>/download/", views.download, name="export-download"),
]
