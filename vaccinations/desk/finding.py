"""Finds people at the clinic desk by a name or phone that was typed."""

from datetime import date

from residents.models import Resident
from residents.querysets import ResidentQuerySet
from residents.search import Found, Query
from residents.search import search as search_people
from vaccinations.models import Facility
from vaccinations.sessions.coming import expected_people
from vaxreg.actors import Actor
from vaxreg.models import User


def people_at(facility: Facility, *, user: User, on: date) -> ResidentQuerySet:
    """Returns whom the clerk may find by name: people of their areas, and whoever is expected at the facility that day."""
    return Resident.objects.visible_to(user) | expected_people(facility, on=on)


def search(*, by: Actor, query: Query, among: ResidentQuerySet) -> Found:
    """Returns who is found, as residents.search does; logged there."""
    return search_people(by=by, query=query, among=among)
