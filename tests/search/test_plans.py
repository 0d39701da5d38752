"""How PostgreSQL reads a page of `jobs.search`: off an index, and no more rows than it shows."""

import json
from typing import Any

import pytest
from django.db import connection

from jobs.models import Cell
from jobs.search import parse, sql

pytestmark = pytest.mark.django_db

JOBS, CELLS, SIZE = 30_000, 12, 50
FILL = """
INSERT INTO jobs_job (id, key, "group", cell_id, created, updated, source, destination, quality, error, digest,
    first_seen, observed)
SELECT n, 'job-' || n, 'group-' || n / 4, (%s::bigint[])[1 + n %% %s],
    timestamptz '2026-01-01' + n * interval '1 min', timestamptz '2026-02-01' + n %% 7919 * interval '1 min',
    '', '', '', '', int4send(n), now(), now()
FROM generate_series(1, %s) n
"""
FILES = """
INSERT INTO jobs_jobfile (job_id, role, position, path, file_id)
SELECT n, 1, 0, format('/a/%%s/%%s', n %% 300, n), 'file-' || n FROM generate_series(1, %s) n
"""
FILTERS: list[dict[str, Any]] = [
    {},
    {"status": "error"},
    {"status": ["error", "pending"], "issuer": "none"},
    {"notType": "urn:job:av.package", "createdFrom": "2026-01-10"},
    {"groupId": "group-77"},
    {"fileId": "file-77"},
    {"path": "/a/77"},
    {"path": "/a/77/77"},
]
ORDERS = [{"orderBy": by, "orderDirection": way} for by in ("dateCreated", "dateUpdated") for way in ("asc", "des")]


@pytest.fixture(autouse=True)
def _many_jobs() -> None:
    types = ("urn:job:av.package", "urn:job:av.transcode", "urn:job:import.file")
    made = [
        Cell(type=types[n % 3], status=("error", "success", "pending", "working")[n // 3], stage=0, jobs=1)
        for n in range(CELLS)
    ]
    cells = [cell.pk for cell in Cell.objects.bulk_create(made)]
    with connection.cursor() as cursor:
        cursor.execute(FILL, (cells, CELLS, JOBS))
        cursor.execute(FILES, (JOBS,))
        cursor.execute("ANALYZE jobs_job, jobs_jobfile")


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def read(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of the plan of a page as it ran."""
    given = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
    query = sql.page_query(parse(given, page_size=SIZE), SIZE + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query.text}", query.parameters)
        found = cursor.fetchone()[0]
    return nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


@pytest.mark.parametrize("parameters", FILTERS, ids=str)
def test_no_order_of_a_page_reads_the_table(parameters: dict[str, Any]) -> None:
    for order in ORDERS:
        found = read(parameters | order)
        assert not [node for node in found if node["Node Type"] == "Seq Scan" and node["Relation Name"] != "jobs_cell"]
        rows = sum(node["Actual Rows"] * node["Actual Loops"] for node in found if "Relation Name" in node)
        removed = sum(node.get("Rows Removed by Filter", 0) * node["Actual Loops"] for node in found)
        assert rows + removed <= (SIZE + 1) * (CELLS + 6), (order, rows, removed)


@pytest.mark.parametrize("parameters", [{}, {"status": "error"}], ids=str)
def test_a_late_page_costs_what_the_first_does(parameters: dict[str, Any]) -> None:
    from jobs.search import page

    given = {name: [value] for name, value in parameters.items()}
    token = page(parse({**given, "pageSize": ["1000"]}, page_size=SIZE)).next_token
    assert token
    first, late = read(parameters), read(parameters | {"nextPageToken": token})
    cost = [sum(node["Actual Rows"] * node["Actual Loops"] for node in each) for each in (first, late)]
    assert cost[1] <= 1.1 * cost[0]
