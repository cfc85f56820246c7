import pytest

from checkpoints.reference import load_entry_rules


@pytest.fixture
def english(settings):
    """Pages in the language of the texts in the code, whatever their translation is this week."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def entry_rules(request):
    """The rules that every registry starts with, wherever a test has a database; `no_entry_rules` does without them."""
    if request.node.get_closest_marker("no_entry_rules"):
        return
    for name in ("transactional_db", "db"):
        if name in request.fixturenames:
            # The rules need the database as the test wants it, whichever fixture asked for it.
            request.getfixturevalue(name)
            load_entry_rules()
            return
    if request.node.get_closest_marker("django_db"):
        load_entry_rules()
