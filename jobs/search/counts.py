"""How many jobs a search finds, and how many it would with another choice; exact, or honestly bounded."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.db import connection

from jobs.models import NO_ISSUER, Cell
from jobs.search import sql
from jobs.search.model import Among, JobSearch

CAP = 10_000
Facet = Literal["type", "status", "issuer"]


@dataclass(frozen=True, kw_only=True)
class Total:
    """A number of jobs: exact, or at least so many."""

    jobs: int
    exact: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value of a facet, how many jobs have it under the other filters, and what this search says of it."""

    value: str
    jobs: int
    included: bool
    excluded: bool


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The jobs of each cell that a search finds when it asks for no cell; `exact` where all were counted."""

    cells: tuple[tuple[Cell, int], ...]
    exact: bool

    def said(self, jobs: int) -> int:
        """A number of them; no more than `CAP` where that is but a lower bound."""
        return jobs if self.exact else min(jobs, CAP)


def counts(search: JobSearch) -> Counts:
    """Count by cell: from the cells where these say everything, else up to `CAP` jobs."""
    every = list(Cell.objects.filter(jobs__gt=0))
    if search.by_cell_alone:
        return Counts(cells=tuple((cell, cell.jobs) for cell in every), exact=True)
    found = _counted(search.but(type=Among(), status=Among(), issuer=Among()))
    return Counts(cells=tuple((cell, found.get(cell.pk, 0)) for cell in every), exact=sum(found.values()) <= CAP)


def total(search: JobSearch, counted: Counts) -> Total:
    """The number of jobs of a search; where `counted` stopped before all were seen, its own are counted."""
    if counted.exact:
        return Total(jobs=sum(number for cell, number in counted.cells if _allows(search, cell)), exact=True)
    jobs = sum(_counted(search.but()).values())
    return Total(jobs=min(jobs, CAP), exact=jobs <= CAP)


def _counted(search: JobSearch) -> dict[int, int]:
    """How many jobs of each cell are among the first `CAP` and one that a search finds."""
    query = sql.counted_query(search, CAP + 1)
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.parameters)
        return dict(cursor.fetchall())


def choices(search: JobSearch, counted: Counts, facet: Facet) -> list[Choice]:
    """The values of a facet, those with most jobs first.

    One with none is there where the search names it, or where not all jobs were counted.
    """
    own: Among = getattr(search, facet)
    others = search.but(**{facet: Among()})
    found = Counter(dict.fromkeys((*own.include, *own.exclude), 0))
    for cell, number in counted.cells:
        if _allows(others, cell):
            found[VALUES[facet](cell)] += number
    return [
        Choice(value=value, jobs=counted.said(jobs), included=value in own.include, excluded=value in own.exclude)
        for value, jobs in found.most_common()
        if jobs or not counted.exact or value in (*own.include, *own.exclude)
    ]


def _allows(search: JobSearch, cell: Cell) -> bool:
    return search.type.allows(cell.type) and search.status.allows(cell.status) and search.issuer.allows(cell.issuer)


VALUES: dict[Facet, Callable[[Cell], str]] = {
    "type": lambda cell: cell.type,
    "status": lambda cell: cell.status,
    "issuer": lambda cell: NO_ISSUER if cell.issuer is None else cell.issuer,
}
