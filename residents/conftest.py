from vaxreg.tests.fixtures import quick_settings  # noqa: F401
