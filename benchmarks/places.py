"""Where a page of a search begins, found by one query instead of by turning pages."""

from dataclasses import replace

from benchmarks.grid import Case
from jobs.search import JobSearch, parse, sql
from jobs.search.model import Place

SIZE = 50
BEFORE = """
WITH job AS MATERIALIZED (SELECT j.*, row_number() OVER () AS number FROM ({jobs}) j LIMIT {most} + 1),
held AS (SELECT least({most}, (count(*) - 1) / {size} * {size}) AS jobs FROM job)
SELECT id, value FROM job JOIN held ON job.number = held.jobs
"""


def search_of(case: Case) -> JobSearch:
    """The search of a case at its page, or at the last one where there are fewer."""
    given = {name: value if isinstance(value, list) else [value] for name, value in case.parameters.items()}
    search = parse(given, page_size=SIZE)
    return search if case.page == 1 else replace(search, place=_place(search, case.page))


def _place(search: JobSearch, page: int) -> Place | None:
    """The last job before a page; None where that is the first."""
    jobs = sql.all_query(search, sql.Shape(columns=f"j.id, j.{search.order} AS value", joins=""))
    most = (page - 1) * SIZE
    text = BEFORE.format(jobs=jobs.text, most=most, size=SIZE)
    found = sql.Query(text=text, parameters=jobs.parameters).fetch()
    return Place(id=found[0][0], value=found[0][1]) if found else None
