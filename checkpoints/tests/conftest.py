import pytest


@pytest.fixture
def english(settings):
    """Pages in the language of the texts in the code, whatever their translation is this week."""
    settings.LANGUAGE_CODE = "en"
