import pytest
from django.test import Client

from vaccinations.tests.factories import FacilityFactory, clerk
from vaxreg.tests.factories import sign_in


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
