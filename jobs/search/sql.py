"""A search as SQL: conditions with their parameters. Only names from whitelists are written into a statement."""

from dataclasses import dataclass
from typing import Any

from jobs.models import Cell, JobFile
from jobs.paths import is_under
from jobs.search.model import JobSearch, Place, Span

COLUMNS = """
    j.id, j.key, j."group", c.type, c.status, c.issuer,
    nullif(j.created, 'epoch') AS created, nullif(j.updated, 'epoch') AS updated,
    j.source, j.destination, j.quality, j.error_code, j.error
"""
CELL = "JOIN jobs_cell c ON c.id = j.cell_id"
ROLES = {
    "source": (int(JobFile.Role.SOURCE),),
    "destination": (int(JobFile.Role.DESTINATION),),
    "both": (int(JobFile.Role.SOURCE), int(JobFile.Role.DESTINATION)),
}


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A piece of SQL over a job `j`, and its parameters."""

    text: str
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query:
    """A statement and its parameters."""

    text: str
    parameters: tuple[Any, ...]


def cells(search: JobSearch) -> list[int] | None:
    """The cells that a search allows; None where it allows them all."""
    if not (search.type or search.status or search.issuer):
        return None
    every = Cell.objects.filter(jobs__gt=0).values_list("id", "type", "status", "issuer")
    return [
        cell
        for cell, type_, status, issuer in every
        if search.type.allows(type_) and search.status.allows(status) and search.issuer.allows(issuer)
    ]


def page_query(search: JobSearch, limit: int) -> Query:
    """The next `limit` jobs from the search's place on."""
    picked = _picked(search, limit)
    text = f"SELECT {COLUMNS} FROM ({picked.text}) p JOIN jobs_job j ON j.id = p.id {CELL} {_order(search, 'p')}"
    return Query(text=text, parameters=picked.parameters)


def all_query(search: JobSearch) -> Query:
    """Every job of a search, in its order."""
    asked = _asked(search, cells(search))
    text = f"SELECT {COLUMNS} FROM jobs_job j {CELL} {_where(asked)} {_order(search, 'j')}"
    return Query(text=text, parameters=_parameters(asked))


def key_query(key: str) -> Query:
    """The job of one id."""
    return Query(text=f"SELECT {COLUMNS} FROM jobs_job j {CELL} WHERE j.key = %s", parameters=(key,))


def group_query(group: str, limit: int) -> Query:
    """The first jobs of one group."""
    text = f'SELECT {COLUMNS} FROM jobs_job j {CELL} WHERE j."group" = %s ORDER BY j.id LIMIT %s'
    return Query(text=text, parameters=(group, limit))


def group_states_query(group: str, cap: int) -> Query:
    """How many jobs of one group are in each state, and when they began and changed, among `cap` of them."""
    some = 'SELECT j.cell_id, j.created, j.updated FROM jobs_job j WHERE j."group" = %s LIMIT %s'
    dates = "min(nullif(j.created, 'epoch')), max(nullif(j.updated, 'epoch'))"
    return Query(text=f"SELECT c.status, count(*), {dates} FROM ({some}) j {CELL} GROUP BY 1", parameters=(group, cap))


def counted_query(search: JobSearch, allowed: list[int] | None, cap: int) -> Query:
    """How many jobs of each cell a search finds in the cells `allowed`, None for all, among `cap` that there are."""
    asked = _asked(search, allowed)
    some = f"SELECT j.cell_id FROM jobs_job j {_where(asked)} LIMIT %s"
    return Query(text=f"SELECT cell_id, count(*) FROM ({some}) n GROUP BY 1", parameters=(*_parameters(asked), cap))


def _picked(search: JobSearch, limit: int) -> Query:
    """The ids of a page.

    Each cell gives its first ones, which are merged, unless files or a group say where to look.
    """
    allowed, order = cells(search), _order(search, "j")
    narrow = f"SELECT j.id, j.{search.order} FROM jobs_job j"
    behind = [] if search.place is None else [_behind(search, search.place)]
    if allowed is None or search.group or search.file_id or search.path:
        asked = [*_asked(search, allowed), *behind]
        return Query(text=f"{narrow} {_where(asked)} {order} LIMIT %s", parameters=(*_parameters(asked), limit))
    asked = [*_asked(search, None), *behind, Condition(text="j.cell_id = cell.id")]
    first = f"{narrow} {_where(asked)} {order} LIMIT %s"
    each = f"unnest(%s::bigint[]) AS cell (id) CROSS JOIN LATERAL ({first}) n"
    return Query(
        text=f"SELECT n.* FROM {each} {_order(search, 'n')} LIMIT %s",
        parameters=(allowed, *_parameters(asked), limit, limit),
    )


def _asked(search: JobSearch, allowed: list[int] | None) -> list[Condition]:
    """Everything that a search asks of a job but its place; of its cell, that it is one of `allowed`."""
    found = [*_range("created", search.created), *_range("updated", search.updated)]
    if allowed is not None:
        found.append(Condition(text="j.cell_id = ANY(%s)", parameters=(allowed,)))
    if search.group:
        found.append(Condition(text='j."group" = %s', parameters=(search.group,)))
    if search.file_id:
        text = "j.id IN (SELECT f.job_id FROM jobs_jobfile f WHERE f.file_id = %s AND f.role = %s)"
        found.append(Condition(text=text, parameters=(search.file_id, int(JobFile.Role.SOURCE))))
    if search.path:
        found.append(_path(search))
    return found


def _behind(search: JobSearch, place: Place) -> Condition:
    """The jobs behind `place`, in the direction in which it reads."""
    sign = ">" if search.ascending == place.forward else "<"
    return Condition(text=f"(j.{search.order}, j.id) {sign} (%s, %s)", parameters=(place.value, place.id))


def _order(search: JobSearch, alias: str) -> str:
    """The order in which a page is read: backwards it is the other way round."""
    forward = search.place is None or search.place.forward
    word = "ASC" if search.ascending == forward else "DESC"
    return f"ORDER BY {alias}.{search.order} {word}, {alias}.id {word}"


def _range(column: str, span: Span) -> list[Condition]:
    found = []
    if span.start is not None:
        found.append(Condition(text=f"j.{column} >= %s", parameters=(span.start,)))
    if span.end is not None:
        found.append(Condition(text=f"j.{column} < %s", parameters=(span.end,)))
    if span:
        found.append(Condition(text=f"j.{column} > 'epoch'"))
    return found


def _path(search: JobSearch) -> Condition:
    start, end = is_under(search.path)
    text = """j.id IN (
        SELECT f.job_id FROM jobs_jobfile f
        WHERE f.role = ANY(%s) AND f.path <> '' AND (f.path = %s OR (f.path >= %s AND f.path < %s))
    )"""
    return Condition(text=text, parameters=(list(ROLES[search.side]), search.path, start, end))


def _where(asked: list[Condition]) -> str:
    return f"WHERE {' AND '.join(condition.text for condition in asked)}" if asked else ""


def _parameters(asked: list[Condition]) -> tuple[Any, ...]:
    return tuple(parameter for condition in asked for parameter in condition.parameters)
