"""What the tests of all apps share; each app's conftest.py takes it from here."""

import pytest
from django.db import connections


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The tests' own connections may empty append-only tables, as tests with real transactions do after themselves."""
    for connection in connections.all():
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"{options.get('options', '')} -c vaxreg.allow_truncate=on".strip()


@pytest.fixture(autouse=True)
def quick_settings(settings):
    """A fast hasher, and static files without a manifest."""
    # Argon2 at its production cost would take most of the suite's time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # whitenoise lists the folder for every client, and warns, which is an error, where there is none.
    settings.STATIC_ROOT = settings.VAR_DIR / "no-static"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
