from django.urls import path

from vaccinations.batch import tray_views, views

urlpatterns = [
    path("clinic/batch/", views.piles, name="batch-piles"),
    path("clinic/batch/tray/", tray_views.slips, name="batch-tray"),
    path("clinic/batch/tray/<int:pk>/", tray_views.slip, name="batch-slip"),
    path("clinic/batch/<int:pk>/", views.pile, name="batch-pile"),
    path("clinic/batch/<int:pk>/constants/", views.constants, name="batch-constants"),
    path("clinic/batch/<int:pk>/more/", views.more, name="batch-more"),
    path("clinic/batch/<int:pk>/take-back/", views.take_back, name="batch-take-back"),
    path("clinic/batch/<int:pk>/close/", views.close, name="batch-close"),
]
