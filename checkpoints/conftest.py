from vaxreg.tests.fixtures import quick_emptying, quick_settings  # noqa: F401
