from vaxreg.tests.fixtures import django_db_modify_db_settings, quick_settings  # noqa: F401
