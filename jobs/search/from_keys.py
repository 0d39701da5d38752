"""Searches for the beginning of an id: the few jobs that have it are read, and what else is asked is asked of them."""

from typing import Any

from jobs.search.conditions import asked, in_cells, order_by
from jobs.search.from_postings import has_terms
from jobs.search.model import JobSearch


def first(search: JobSearch, limit: int) -> str:
    """The `value` of the order and the `id` of the first `limit` jobs."""
    return f"SELECT j.value, j.id FROM ({_jobs(search)}) j {order_by(search, 'value', 'id')} LIMIT {limit}"


def some(search: JobSearch, limit: int) -> str:
    """The `cell_id` of `limit` jobs."""
    return f"SELECT j.cell_id FROM ({_jobs(search)}) j LIMIT {limit}"


def every(search: JobSearch) -> str:
    """The `id` of every job, in the order of the search."""
    return f"SELECT j.id FROM ({_jobs(search)} {order_by(search, 'value', 'id')}) j"


def parameters(search: JobSearch) -> dict[str, Any]:
    """The jobs as a parameter."""
    return {"jobs": list(search.id_prefix.found)}


def _jobs(search: JobSearch) -> str:
    # Behind `OFFSET 0` each is looked up by itself, whatever the order is.
    jobs = "unnest(%(jobs)s::bigint[]) one, LATERAL (SELECT * FROM jobs_job WHERE id = one OFFSET 0)"
    dates = "(VALUES (%(late_first)s::timestamptz, %(late_last)s::timestamptz)) s (first, last)"
    where = " AND ".join([asked(search, "j"), has_terms(search), in_cells(search)])
    return f"SELECT j.{search.order} AS value, j.id, j.cell_id FROM {jobs} j, {dates} WHERE {where}"
