import pytest
from django.test import Client

from vaccinations.engine.rules import Schedule
from vaccinations.loading.schedules import VIETNAM, load_vietnam, schedule_terms
from vaccinations.tests.factories import FacilityFactory, clerk
from vaxreg.actors import Actor
from vaxreg.tests.factories import sign_in

_terms: dict[str, Schedule] = {}


@pytest.fixture
def english(settings):
    """Pages in the language of the texts in the code, whatever their translation is this week."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def facility(db):
    return FacilityFactory(name="Trạm Y tế Bến Nghé")


@pytest.fixture
def desk(client, facility, english) -> Client:
    """A clerk of the facility at the clinic desk."""
    user = clerk(facility)
    client.user = user
    return sign_in(client, user)


@pytest.fixture
def vietnam(db) -> Schedule:
    """Vietnam's rules as they are shipped, for the engine: read from the database once, they are no rows."""
    if VIETNAM not in _terms:
        load_vietnam(by=Actor.command("load_schedule"))
        _terms[VIETNAM] = schedule_terms(VIETNAM)
    return _terms[VIETNAM]
