from vaxreg.tests.fixtures import one_day, quick_emptying, quick_settings  # noqa: F401
