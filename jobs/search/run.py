"""Runs a search: a page of it, a job, a group."""

from dataclasses import dataclass
from datetime import datetime

from jobs.models import UNDATED
from jobs.paths import LONGEST, storable
from jobs.search import sql
from jobs.search.model import JobRow, JobSearch, Place
from jobs.search.tokens import write_token


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """Jobs in the order of the search, and the tokens of the pages beside it, None where there is none."""

    rows: tuple[JobRow, ...]
    next_token: str | None
    previous_token: str | None


@dataclass(frozen=True, kw_only=True)
class GroupState:
    """The jobs of a group in one state: how many, when the first began and the last changed, where that is known."""

    status: str
    jobs: int
    began: datetime | None
    changed: datetime | None


def page(search: JobSearch) -> ResultPage:
    """Read one page; one job more than asked for tells whether there is another behind it."""
    found = _fetch(sql.page_query(search, search.page_size + 1))
    more, found = len(found) > search.page_size, found[: search.page_size]
    forward = search.place is None or search.place.forward
    if not forward:
        found.reverse()
    on, back = (more, search.place is not None) if forward else (True, more)
    return ResultPage(
        rows=tuple(found),
        next_token=_token(search, found[-1], forward=True) if on and found else None,
        previous_token=_token(search, found[0], forward=False) if back and found else None,
    )


def by_key(key: str) -> JobRow | None:
    """Read the job of this id."""
    return next(iter(_fetch(sql.key_query(storable(key, LONGEST)))), None)


def by_group(group: str, *, limit: int) -> list[JobRow]:
    """Read the jobs of this group, `limit` at most, in the order in which they came here."""
    return _fetch(sql.group_query(storable(group, LONGEST), limit))


def group_states(group: str, *, limit: int) -> list[GroupState]:
    """Count the jobs of this group by state, `limit` of them at most."""
    query = sql.group_states_query(storable(group, LONGEST), limit)
    return [
        GroupState(status=status, jobs=jobs, began=began, changed=changed)
        for status, jobs, began, changed in query.fetch()
    ]


def _fetch(query: sql.Query) -> list[JobRow]:
    return [JobRow(**dict(zip(sql.FIELDS, values, strict=True))) for values in query.fetch()]


def _token(search: JobSearch, row: JobRow, *, forward: bool) -> str:
    value = (row.created if search.order == "created" else row.updated) or UNDATED
    return write_token(Place(value=value, id=row.id, forward=forward), search)
