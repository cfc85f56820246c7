"""Which tables keep records of people: the apps above register theirs, and this room knows none of them by name.

A merge moves no row of them: they stay under the number they were written for, and are read for all numbers of a person.
Each app's `person_records` module registers its tables; a test finds any column with a person's number that is in none.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise

from residents.merge_models import Merge
from residents.models import Resident

MOST_TOLD = 20


@dataclass(frozen=True)
class Records:
    """A table whose rows are of people, by these columns. Where `is_counted`, pages tell how many a person has.

    `later(merge)` are the rows written since for the person kept, which may be meant for either of the two; `tell` says
    one of them in words.
    """

    table: str
    columns: tuple[str, ...] = ("resident",)
    is_counted: bool = False
    later: Callable[[Merge], QuerySet] | None = None
    tell: Callable[[Model], str] = str

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.table)

    @property
    def title(self) -> str | Promise:
        return self.model._meta.verbose_name_plural

    def of(self, numbers: Collection[str]) -> QuerySet:
        """The rows of any of these numbers."""
        of_any = reduce(or_, (Q(**{f"{column}__in": numbers}) for column in self.columns))
        return self.model._base_manager.filter(of_any)


@dataclass
class Registry:
    """The tables, what hinders undoing a merge, and what is worked out anew when numbers change their person."""

    tables: list[Records] = field(default_factory=list)
    # Sentences that say what must be undone first.
    hindrances: list[Callable[[Merge], Iterable[str]]] = field(default_factory=list)
    refreshers: list[Callable[[Resident], object]] = field(default_factory=list)
    # Sentences that say what of the records under these numbers together somebody has to decide.
    contradictions: list[Callable[[Collection[str]], Iterable[str]]] = field(default_factory=list)

    def register(self, *tables: Records) -> None:
        """Makes the tables known."""
        self.tables += tables

    def counts(self, numbers: Collection[str]) -> list[tuple[str | Promise, int]]:
        """How many rows each table that is counted has of these numbers; one query a table."""
        return [(table.title, table.of(numbers).count()) for table in self.tables if table.is_counted]

    def later(self, merge: Merge) -> list[tuple[str | Promise, list[str]]]:
        """What was written for the person kept since the merge, by table, the first few rows in words."""
        found = [(table, table.later(merge)[:MOST_TOLD]) for table in self.tables if table.later]
        return [(table.title, [table.tell(row) for row in rows]) for table, rows in found if rows]

    def hinder(self, merge: Merge) -> list[str]:
        """What must be undone before the merge can be."""
        return [sentence for hindrance in self.hindrances for sentence in hindrance(merge)]

    def contradict(self, numbers: Collection[str]) -> list[str]:
        """What of the records under these numbers contradicts each other, where they are of one person."""
        return [sentence for contradiction in self.contradictions for sentence in contradiction(numbers)]

    def refresh(self, *people: Resident) -> None:
        """Works out anew what is kept of these people beside the records; the caller holds them."""
        for person in people:
            for refresher in self.refreshers:
                refresher(person)


registry = Registry()
