import pytest
from django.utils import translation

from vaxreg.tests.fixtures import one_day, quick_emptying, quick_settings  # noqa: F401


@pytest.fixture
def english():
    """The screen in English, for tests that read messages."""
    with translation.override("en"):
        yield
