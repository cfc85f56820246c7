"""All addresses. None of them ever carries a person's number."""

from django.contrib import admin
from django.urls import include, path

from vaxreg import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("login/", views.login, name="login"),
    path("login/second-factor/", views.second_factor, name="second-factor"),
    path("logout/", views.logout, name="logout"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="password"),
    path("account/second-factor/", views.second_factor_setup, name="second-factor-setup"),
    path("", include("vaxreg.exports.urls")),
    path("", include("checkpoints.urls")),
    path("", include("vaccinations.urls")),
    path("", include("residents.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "vaxreg.errors.bad_request"
handler403 = "vaxreg.errors.forbidden"
handler404 = "vaxreg.errors.not_found"
handler500 = "vaxreg.errors.server_error"
