"""Pages asked for by Django's test client: how long each takes in the server, and by which plans its statements run."""
# ruff: noqa: T201

import argparse
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment

from vaxreg.models import User
from vaxreg.tests.factories import sign_in

ROUNDS, LONGEST_PLAN = 5, 6_000
MARKER = "<!-- measured -->"
HEADINGS = ("Page", "Median ms", "Longest ms", "Processor ms (Python)", "Statements", "KiB")


@dataclass(frozen=True)
class Page:
    """What is asked for, by whom; with a body by POST."""

    name: str
    who: str
    address: str
    body: dict | None = None

    def ask(self, client: Client) -> bytes:
        """Returns the whole answer."""
        response = client.get(self.address) if self.body is None else client.post(self.address, self.body)
        assert response.status_code == 200, (self.name, response.status_code)
        return response.getvalue()


@dataclass(frozen=True)
class Taken:
    """What the page took: milliseconds of the middle and of the longest round, and its statements."""

    page: Page
    middle: float
    longest: float
    own: float
    size: int
    statements: list[str]

    @property
    def line(self) -> str:
        facts = (f"{self.middle:.0f}", f"{self.longest:.0f}", f"{self.own:.0f}")
        return f"| {self.page.name} | {' | '.join(facts)} | {len(self.statements)} | {self.size / 1024:.0f} |"


def arguments(doc: str, *, amount: str, usual: int) -> argparse.Namespace:
    """Reads the command line: how much there is to be, whether plans are written, and whether the database stays."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(f"--{amount}", type=int, default=usual)
    parser.add_argument("--plans", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the database, to measure again with --reuse")
    parser.add_argument("--reuse", action="store_true")
    return parser.parse_args()


@contextmanager
def scratch_database(name: str, options: argparse.Namespace) -> Iterator[None]:
    """A database of the benchmark's own: made, or used again, and dropped afterwards unless it is to stay."""
    setup_test_environment()
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=options.reuse)
    try:
        yield
    finally:
        if not options.keep:
            connection.creation.destroy_test_db("postgres", verbosity=0)


def measure(pages: Sequence[Page], users: dict[str, User]) -> list[Taken]:
    """Asks for each page ROUNDS times, prints its line, and returns what they took."""
    taken = []
    for page in pages:
        taken.append(_taken(page, sign_in(Client(), users[page.who])))
        print(taken[-1].line, flush=True)
    return taken


def _taken(page: Page, client: Client) -> Taken:
    times, own = [], []
    for _round in range(ROUNDS):
        started, worked = perf_counter(), process_time()
        content = page.ask(client)
        times.append((perf_counter() - started) * 1_000)
        own.append((process_time() - worked) * 1_000)
    with CaptureQueriesContext(connection) as context:
        page.ask(client)
    return Taken(page, median(times), max(times), median(own), len(content), [query["sql"] for query in context])


def write_plans(path: Path | None, of: str, tables: Collection[str], taken: Sequence[Taken]) -> None:
    """Writes the part of the document below its marker anew: times, and the plans of what reads these tables.

    Nothing where no document was asked for.
    """
    if path is None:
        return
    head = path.read_text().partition(MARKER)[0] if path.exists() else ""
    text = [f"{head}{MARKER}", f"## Times at {of}", "", sizes(tables), "", f"| {' | '.join(HEADINGS)} |"]
    text += ["|---" * len(HEADINGS) + "|", *(one.line for one in taken), "", "## Plans", ""]
    seen: set[str] = set()
    for one in taken:
        text += [f"### {one.page.name}", ""]
        for sql in one.statements:
            if sql.startswith("SELECT") and any(f'FROM "{table}"' in sql for table in tables):
                text += ["As above.", ""] if sql in seen else ["```", plan_of(sql), "```", ""]
                seen.add(sql)
    path.write_text("\n".join(text).rstrip() + "\n")


def plan_of(sql: str) -> str:
    """Returns the plan by which the statement runs."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())[:LONGEST_PLAN]


def sizes(tables: Collection[str]) -> str:
    """Rows and bytes of the tables, in words."""
    parts = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT count(*), pg_size_pretty(pg_relation_size('{table}')), pg_size_pretty(pg_indexes_size('{table}'))"
                f" FROM {table}"
            )
            rows, size, indexes = cursor.fetchone()
            parts.append(f"`{table}` {rows:,} rows, {size}, indexes {indexes}")
        cursor.execute("SHOW server_version")
        parts.append(f"PostgreSQL {cursor.fetchone()[0]}, shared_buffers as the embedded server sets them")
    return "; ".join(parts) + f"; measured on {date.today():%d/%m/%Y}."
