"""The statements of a search. Only names from whitelists are written into one, every value is a parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from jobs.document import joined_sql
from jobs.search import conditions, from_jobs, from_keys, from_postings, streams
from jobs.search.model import Among, JobSearch

MOST_CHOICES = 200
FIELDS = {
    "id": "j.id",
    "key": "j.key",
    "group": 'j."group"',
    "type": "c.type",
    "status": "c.status",
    "issuer": "c.issuer",
    "created": "nullif(j.created, 'epoch')",
    "updated": "nullif(j.updated, 'epoch')",
    "source": "j.source",
    "destination": "j.destination",
    "quality": "j.quality",
    "error_code": "j.error_code",
    "error": "j.error",
}
"""SQL for the fields of a `JobRow`, of a job `j` in a cell `c`."""

CELL = "JOIN jobs_cell c ON c.id = j.cell_id"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is read of a job `j`, and the joins that this needs."""

    columns: str
    joins: str


ROWS = Shape(columns=", ".join(FIELDS.values()), joins=CELL)
DOCUMENTS = Shape(columns=joined_sql("d"), joins="JOIN jobs_document d ON d.job_id = j.id")


@dataclass(frozen=True, kw_only=True)
class Query:
    """A statement and its parameters, by name."""

    text: str
    parameters: Mapping[str, Any]

    def fetch(self) -> list[tuple[Any, ...]]:
        """Run it, and give all its rows."""
        with connection.cursor() as cursor:
            cursor.execute(self.text, self.parameters)
            return list(cursor.fetchall())


class Source(Protocol):
    """What jobs come off, each of them a module: SQL for the first jobs of a search, some, and every one."""

    def first(self, search: JobSearch, limit: int, /) -> str:
        """The `value` of the order and the `id` of the first `limit` jobs."""

    def some(self, search: JobSearch, limit: int, /) -> str:
        """The `cell_id` of `limit` jobs, whichever come first."""

    def every(self, search: JobSearch, /) -> str:
        """The `id` of every job, in the order of the search."""


def page_query(search: JobSearch, limit: int, shape: Shape = ROWS) -> Query:
    """The next `limit` jobs from the search's place on; before each its place, the value of the order and the id."""
    picked = _source(search).first(search, limit)
    order = conditions.order_by(search, "p.value", "p.id")
    read = f"SELECT p.value, p.id, {shape.columns} FROM ({picked}) p JOIN jobs_job j ON j.id = p.id {shape.joins}"
    return _query(search, f"{read} {order}")


def all_query(search: JobSearch, shape: Shape) -> Query:
    """Every job of a search in its order, the first ones at once."""
    ids = _source(search).every(search)
    # Behind `OFFSET 0` each job is looked up by itself, so that the order stays.
    each = f"SELECT {shape.columns} FROM jobs_job j {shape.joins} WHERE j.id = n.id OFFSET 0"
    return _query(search, f"SELECT v.* FROM ({ids}) n CROSS JOIN LATERAL ({each}) v")


def total_query(search: JobSearch, limit: int) -> Query:
    """How many jobs there are among `limit` of a search."""
    search = _counted(search)
    return _query(search, f"SELECT count(*) FROM ({_source(search).some(search, limit)}) n")


def facets_query(search: JobSearch, limit: int) -> Query:
    """Rows of a facet, a value and how many jobs would have it, were it the only one that is asked for of its facet.

    Besides there are `total`, the jobs of the search itself; `any`, the jobs whatever their cell; `issuers`, how many
    issuers there are, and `idle`, how many of them have none. Counted are the exact counts of the cells, or else the
    cells of `limit` jobs.
    """
    search, counted = _counted(search), "SELECT id, jobs FROM jobs_cell"
    if not search.by_cell_alone:
        anything = search.but(type=Among(), status=Among(), issuer=Among())
        some = _source(anything).some(anything, limit)
        counted = f"SELECT cell_id AS id, count(*) AS jobs FROM ({some}) n GROUP BY 1"
    type_, status, issuer = (streams.values(search, name) for name in ("type", "status", "issuer"))
    named = "issuer = ANY (%(issuer)s) OR issuer = ANY (%(not_issuer)s)"
    text = f"""
        WITH counted AS MATERIALIZED ({counted}),
        cell AS MATERIALIZED (
            SELECT c.type, c.status, {streams.ISSUER} AS issuer, coalesce(n.jobs, 0) AS jobs
            FROM jobs_cell c LEFT JOIN counted n USING (id) WHERE c.jobs > 0
        ),
        by_issuer AS MATERIALIZED (
            SELECT issuer, sum(CASE WHEN {type_} AND {status} THEN jobs ELSE 0 END) AS jobs FROM cell GROUP BY 1
        )
        SELECT 'type', type, sum(jobs)::bigint FROM cell WHERE {status} AND {issuer} GROUP BY 2
        UNION ALL SELECT 'status', status, sum(jobs)::bigint FROM cell WHERE {type_} AND {issuer} GROUP BY 2
        UNION ALL (SELECT 'issuer', issuer, jobs::bigint FROM by_issuer ORDER BY jobs DESC, issuer LIMIT {MOST_CHOICES})
        UNION ALL SELECT 'issuer', issuer, jobs::bigint FROM by_issuer WHERE {named}
        UNION ALL SELECT 'issuers', '', count(*) FROM by_issuer
        UNION ALL SELECT 'idle', '', count(*) FROM by_issuer WHERE jobs = 0
        UNION ALL SELECT 'total', '', coalesce(sum(jobs), 0)::bigint FROM cell WHERE {type_} AND {status} AND {issuer}
        UNION ALL SELECT 'any', '', coalesce(sum(jobs), 0)::bigint FROM cell
    """
    return _query(search, text)


def _counted(search: JobSearch) -> JobSearch:
    """The search in the order of which the least is read to count it."""
    return search.but(order="updated" if search.updated and not search.created else "created")


def _source(search: JobSearch) -> Source:
    """Off what the jobs of a search come."""
    if search.id_prefix:
        return from_keys
    return from_postings if search.by_term else from_jobs


def key_query(key: str, shape: Shape = ROWS) -> Query:
    """The job of one id."""
    read = f"SELECT {shape.columns} FROM jobs_job j {shape.joins} WHERE j.key = %(key)s"
    return Query(text=read, parameters={"key": key})


def group_query(group: str, limit: int, shape: Shape = ROWS) -> Query:
    """The first jobs of one group, in the order in which they came here."""
    search = JobSearch(group=group)
    jobs = from_postings.some(search, limit, "p.job_id AS id")
    read = f"SELECT {shape.columns} FROM ({jobs}) p JOIN jobs_job j ON j.id = p.id {shape.joins} ORDER BY j.id"
    return _query(search, read)


def group_states_query(group: str, limit: int) -> Query:
    """How many jobs of one group are in each state, and when they began and changed, among `limit` of them."""
    search = JobSearch(group=group)
    jobs = from_postings.some(search, limit, "p.job_id, p.cell_id, p.created, p.updated")
    dates = "min(nullif(j.created, 'epoch')), max(nullif(j.updated, 'epoch'))"
    return _query(search, f"SELECT c.status, count(*), {dates} FROM ({jobs}) j {CELL} GROUP BY 1")


def _query(search: JobSearch, text: str) -> Query:
    own = from_postings.parameters(search) | from_keys.parameters(search)
    return Query(text=text, parameters=conditions.parameters(search) | own)
