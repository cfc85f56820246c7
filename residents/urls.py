from django.urls import path

from residents import views

urlpatterns = [
    path("residents/", views.search_people, name="residents"),
    path("residents/<str:handle>/", views.person, name="resident"),
]
