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
    """Count by cell: from the cells where these say everything, else `CHOICES_CAP` jobs; and `CAP` for the total."""
    found = sql.facets_query(search, CHOICES_CAP + 1).fetch()
    numbers = {(facet, value): jobs for facet, value, jobs in found}
    exact = search.by_cell_alone or numbers["any", ""] <= CHOICES_CAP
    choices = {
        facet: _choices(getattr(search, facet), [(value, jobs) for kind, value, jobs in found if kind == facet], exact)
        for facet in FACETS
    }
    total = Total(jobs=numbers["total", ""], exact=True) if exact else _total(search)
    issuers = numbers["issuers", ""] - (numbers["idle", ""] if exact else 0)
    return Counts(total=total, choices=choices, more=max(0, issuers - len(choices["issuer"])), exact=exact)


def _choices(among: Among, found: Sequence[tuple[str, int]], exact: bool) -> list[Choice]:
    """The values of a facet. One with no jobs is there where the search names it, or where not all were counted."""
    named = dict.fromkeys((*among.include, *among.exclude), 0)
    kept = {**named, **{value: jobs for value, jobs in found if jobs or not exact}}
    most = sorted(kept.items(), key=lambda item: -item[1])
    return [
        Choice(
            value=value,
            jobs=jobs if exact else min(jobs, CHOICES_CAP),
            included=value in among.include,
            excluded=value in among.exclude,
        )
        for value, jobs in most
    ]


def _total(search: JobSearch) -> Total:
    """The jobs of a search itself, where the first ones that were counted are of others too."""
    [(jobs,)] = sql.total_query(search, CAP + 1).fetch()
    return Total(jobs=min(jobs, CAP), exact=jobs <= CAP)
