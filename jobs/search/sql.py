"""The statements of a search. Only names from whitelists are written into one, every value is a parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.search import conditions, from_jobs, from_postings
from jobs.search.model import JobSearch

COLUMNS = """
    j.id, j.key, j."group", c.type, c.status, c.issuer,
    nullif(j.created, 'epoch') AS created, nullif(j.updated, 'epoch') AS updated,
    j.source, j.destination, j.quality, j.error_code, j.error
"""
CELL = "JOIN jobs_cell c ON c.id = j.cell_id"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A statement and its parameters, by name."""

    text: str
    parameters: Mapping[str, Any]


def page_query(search: JobSearch, limit: int) -> Query:
    """The next `limit` jobs from the search's place on."""
    picked = from_postings.first(search, limit) if from_postings.terms(search) else from_jobs.first(search, limit)
    order = conditions.order_by(search, "p.value", "p.id")
    return _query(search, f"SELECT {COLUMNS} FROM ({picked}) p JOIN jobs_job j ON j.id = p.id {CELL} {order}")


def all_query(search: JobSearch) -> Query:
    """Every job of a search, in its order."""
    driver = from_postings if from_postings.terms(search) else from_jobs
    return _query(search, driver.every(search, COLUMNS))


def counted_query(search: JobSearch, limit: int) -> Query:
    """How many jobs of each cell are among `limit` of a search."""
    if from_postings.terms(search):
        jobs = from_postings.some(search, "p.job_id, p.cell_id", limit)
    else:
        jobs = from_jobs.some(search, limit)
    return _query(search, f"SELECT cell_id, count(*) FROM ({jobs}) n GROUP BY 1")


def key_query(key: str) -> Query:
    """The job of one id."""
    return Query(text=f"SELECT {COLUMNS} FROM jobs_job j {CELL} WHERE j.key = %(key)s", parameters={"key": key})


def group_query(group: str, limit: int) -> Query:
    """The first jobs of one group, in the order in which they came here."""
    search = JobSearch(group=group)
    jobs = from_postings.some(search, "p.job_id AS id", limit)
    return _query(search, f"SELECT {COLUMNS} FROM ({jobs}) p JOIN jobs_job j ON j.id = p.id {CELL} ORDER BY j.id")


def group_states_query(group: str, limit: int) -> Query:
    """How many jobs of one group are in each state, and when they began and changed, among `limit` of them."""
    search = JobSearch(group=group)
    jobs = from_postings.some(search, "p.job_id, p.cell_id, p.created, p.updated", limit)
    dates = "min(nullif(j.created, 'epoch')), max(nullif(j.updated, 'epoch'))"
    return _query(search, f"SELECT c.status, count(*), {dates} FROM ({jobs}) j {CELL} GROUP BY 1")


def _query(search: JobSearch, text: str) -> Query:
    return Query(text=text, parameters=conditions.parameters(search) | from_postings.parameters(search))
