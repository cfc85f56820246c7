"""Two searches at the same moment, with two real connections: they share the work and find each pair once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from residents.duplicates import find_duplicates
from residents.models import DuplicatePair, DuplicateSearch
from residents.tests.factories import ResidentFactory
from residents.tests.sheets import KEPT
from vaxreg.actors import Actor


@pytest.mark.django_db(transaction=True)
def test_two_searches_take_turns():
    for place in range(10):
        twice = {"phone": f"09{place:08d}", "date_of_birth": date(1950 + 3 * place, 8, 15)}
        ResidentFactory(**KEPT | twice | {"citizen_id": f"0791901{place:05d}"})
        ResidentFactory(**KEPT | twice | {"citizen_id": f"T{place:011d}"})
    start = Barrier(2)

    def search(name):
        try:
            start.wait(10)
            return [found.reached for found in find_duplicates(by=Actor.command(name), size=1)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(search, ["first", "second"])
    [found] = DuplicateSearch.objects.all()
    assert found.people == 20
    assert len(set(first) | set(second)) == 20
    assert not set(first[:-1]) & set(second[:-1])
    assert DuplicatePair.objects.filter(band="likely").count() == 10
