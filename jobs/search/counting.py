"""How many jobs a search finds, and how many it would with another choice; exact, or honestly bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jobs.search import sql
from jobs.search.model import Among, JobSearch

CAP, CHOICES_CAP = 50_000, 10_000
Facet = Literal["type", "status", "issuer"]
FACETS: tuple[Facet, ...] = ("type", "status", "issuer")


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
    """What a search finds, and what it would find with any other value of a facet in the place of its own.

    `choices` are those with most jobs first, of issuers `sql.MOST_CHOICES` and those that the search names; `more` is
    how many others there are. Where `exact` is false, the numbers of choices are lower bounds.
    """

    total: Total
    choices: dict[Facet, list[Choice]]
    more: int
    exact: bool


def counts(search: JobSearch) -> Counts:
    """Count by cell: from the cells where these say everything, else as many jobs as are worth it.

    These are of any cell, so that a search that asks for some is counted once more for its total.
    """
    of_cells = bool(search.type or search.status or search.issuer)
    cap = CHOICES_CAP if of_cells else CAP
    found = sql.facets_query(search, cap + 1).fetch()
    numbers = {(facet, value): jobs for facet, value, jobs in found}
    exact = search.by_cell_alone or numbers["any", ""] <= cap
    most = None if exact else cap
    choices = {
        facet: _choices(getattr(search, facet), [(value, jobs) for kind, value, jobs in found if kind == facet], most)
        for facet in FACETS
    }
    issuers = numbers["issuers", ""] - (numbers["idle", ""] if exact else 0)
    more = max(0, issuers - len(choices["issuer"]))
    total = _total(search) if of_cells and not exact else _upto(numbers["total", ""], most)
    return Counts(total=total, choices=choices, more=more, exact=exact)


def _choices(among: Among, found: Sequence[tuple[str, int]], most: int | None) -> list[Choice]:
    """The values of a facet. One with no jobs is there where the search names it, or where not all were counted."""
    named = dict.fromkeys((*among.include, *among.exclude), 0)
    kept = {**named, **{value: jobs for value, jobs in found if jobs or most}}
    return [
        Choice(
            value=value,
            jobs=_upto(jobs, most).jobs,
            included=value in among.include,
            excluded=value in among.exclude,
        )
        for value, jobs in sorted(kept.items(), key=lambda item: -item[1])
    ]


def _total(search: JobSearch) -> Total:
    """The jobs of a search itself, where the first ones that were counted are of others too."""
    [(jobs,)] = sql.total_query(search, CAP + 1).fetch()
    return _upto(jobs, CAP)


def _upto(jobs: int, most: int | None) -> Total:
    """A number of which no more than `most` are counted."""
    return Total(jobs=jobs, exact=True) if most is None or jobs <= most else Total(jobs=most, exact=False)
