"""What the tests of all apps share; each app's conftest.py takes it from here."""

import pytest


@pytest.fixture(autouse=True)
def quick_settings(settings):
    """A fast hasher, and static files without a manifest."""
    # Argon2 at its production cost would take most of the suite's time.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # whitenoise warns, and warnings are errors, where nobody has collected static files yet.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
