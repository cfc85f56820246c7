from django.urls import path

from residents import views
from residents.merging import views as merging

urlpatterns = [
    path("residents/", views.search_people, name="residents"),
    path("residents/<str:handle>/", views.person, name="resident"),
    path("residents/<str:handle>/merge/", merging.find_other, name="resident-merge-find"),
    path("residents/merge/<str:pair>/", merging.compare, name="resident-merge"),
    path("residents/merges/<int:pk>/", merging.merged, name="merge"),
]
