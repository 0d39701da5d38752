"""How PostgreSQL reads the pages of the benchmark's searches: off indexes, and few more rows than it shows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from benchmarks import generate, grid
from benchmarks.places import SIZE, search_of
from jobs.models import Cell, Value
from jobs.search import sql
from sandbox.content import ISSUERS

pytestmark = pytest.mark.django_db

JOBS = 100_000
MOST_READ, MOST_SORTED = 20 * SIZE, 20 * SIZE
TABLES = (
    *("job", "document", "posting", "cell", "tile", "value", "week", "weekcell", "message"),
    *("hourrollup", "dayrollup"),
)
EMPTY = f"TRUNCATE {', '.join(f'jobs_{name}' for name in TABLES)}"
SMALL = {"jobs_cell", "jobs_tile", "jobs_week", "jobs_weekcell"}  # catalogues, which do not grow with the jobs


@pytest.fixture(scope="module", autouse=True)
def _many_jobs(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        generate.generate(connection.get_connection_params(), JOBS)
        yield
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def read(case: grid.Case) -> list[dict[str, Any]]:
    """The nodes of the plan of a page as it ran."""
    query = sql.page_query(search_of(case), SIZE + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query.text}", query.parameters)
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return [node for node in nodes(plan) if node["Actual Loops"]]


def rows(node: dict[str, Any]) -> float:
    """How many rows a node has given or thrown away."""
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + thrown) * node["Actual Loops"])


def many_read(found: list[dict[str, Any]]) -> float:
    """How many rows of tables that grow with the jobs are read."""
    return sum(rows(node) for node in found if node.get("Relation Name", "jobs_cell") not in SMALL)


def test_who_floods_the_list_is_not_read_past() -> None:
    """Each cell of the others is read once."""
    issuers = Value.objects.filter(kind=Value.Kind.ISSUER).order_by("id").values_list("text", flat=True)
    flood = list(issuers[: ISSUERS // 2])
    cells = Cell.objects.exclude(issuer__in=flood).count()
    for by, way in grid.ORDERS:
        asked: grid.Parameters = {"notIssuer": flood, "orderBy": by, "orderDirection": way}
        found = read(grid.Case(name="", parameters=asked))
        assert many_read(found) < cells + 10 * SIZE < JOBS / 20


def test_no_search_reads_much_more_than_its_page() -> None:
    bad = {}
    for case in grid.cases():
        found = read(case)
        scanned = [node for node in found if "Relation Name" in node and node["Relation Name"] not in SMALL]
        sequential = [node for node in scanned if node["Node Type"] == "Seq Scan"]
        sorts = [rows(child) for node in found if "Sort" in node["Node Type"] for child in node["Plans"]]
        total = many_read(found)
        if sequential or total > MOST_READ or max(sorts, default=0) > MOST_SORTED:
            bad[case.name] = (bool(sequential), total, max(sorts, default=0))
    assert not bad
