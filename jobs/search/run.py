"""Runs a search: a page of it, a job, a group."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from jobs.paths import LONGEST, storable
from jobs.search import sql
from jobs.search.model import JobRow, JobSearch, Place
from jobs.search.tokens import write_token

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ResultPage(Generic[T]):
    """Jobs in the order of the search, and the tokens of the pages beside it, None where there is none."""

    rows: tuple[T, ...]
    next_token: str | None
    previous_token: str | None


@dataclass(frozen=True, kw_only=True)
class GroupState:
    """The jobs of a group in one state: how many, when the first began and the last changed, where that is known."""

    status: str
    jobs: int
    began: datetime | None
    changed: datetime | None


def page(search: JobSearch) -> ResultPage[JobRow]:
    """Read one page."""
    return _page(search, sql.ROWS, _row)


def documents(search: JobSearch) -> ResultPage[str]:
    """Read one page of jobs as JSON, as the platform sent them."""
    return _page(search, sql.DOCUMENTS, _text)


def by_key(key: str) -> JobRow | None:
    """Read the job of this id."""
    return next(map(_row, _by_key(key, sql.ROWS)), None)


def document(key: str) -> str | None:
    """Read the job of this id as JSON."""
    return next(map(_text, _by_key(key, sql.DOCUMENTS)), None)


def by_group(group: str, *, limit: int) -> list[JobRow]:
    """Read the jobs of this group, `limit` at most, in the order in which they came here."""
    return list(map(_row, _by_group(group, limit, sql.ROWS)))


def group_documents(group: str, *, limit: int) -> list[str]:
    """Read the same as JSON."""
    return list(map(_text, _by_group(group, limit, sql.DOCUMENTS)))


def group_states(group: str, *, limit: int) -> list[GroupState]:
    """Count the jobs of this group by state, `limit` of them at most."""
    name = storable(group, LONGEST)
    return [
        GroupState(status=status, jobs=jobs, began=began, changed=changed)
        for status, jobs, began, changed in (sql.group_states_query(name, limit).fetch() if name else [])
    ]


Values = Sequence[Any]


def _page(search: JobSearch, shape: sql.Shape, read: Callable[[Values], T]) -> ResultPage[T]:
    """Read one page; one job more than asked for tells whether there is another behind it."""
    found = sql.page_query(search, search.page_size + 1, shape).fetch()
    more, found = len(found) > search.page_size, found[: search.page_size]
    forward = search.place is None or search.place.forward
    if not forward:
        found.reverse()
    on, back = (more, search.place is not None) if forward else (True, more)
    return ResultPage(
        rows=tuple(read(values[2:]) for values in found),
        next_token=_token(search, found[-1], forward=True) if on and found else None,
        previous_token=_token(search, found[0], forward=False) if back and found else None,
    )


def _token(search: JobSearch, found: Values, *, forward: bool) -> str:
    return write_token(Place(value=found[0], id=found[1], forward=forward), search)


def _by_key(key: str, shape: sql.Shape) -> Sequence[Values]:
    return sql.key_query(storable(key, LONGEST), shape).fetch()


def _by_group(group: str, limit: int, shape: sql.Shape) -> Sequence[Values]:
    name = storable(group, LONGEST)
    return sql.group_query(name, limit, shape).fetch() if name else []


def _row(values: Values) -> JobRow:
    return JobRow(**dict(zip(sql.FIELDS, values, strict=True)))


def _text(values: Values) -> str:
    return str(values[0])
