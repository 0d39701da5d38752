"""Where a search looks: the ranges of cells that it allows, and between which dates jobs may lie in each.

A range of one date says something about the other, since most jobs are done within hours: for all that are not late
(`jobs.keys.is_late`) it becomes a range of the date that the search is ordered by. Late ones are few.

`cells`, `tiles` and `ranges` give SQL for rows of `low`, `high` (the numbers of the first and last cell), `first`,
`last` (the dates from which on and before which jobs lie) and `late`; `parameters` gives what they all name.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from jobs import keys
from jobs.models import NO_ISSUER, UNDATED
from jobs.search.model import Among, JobSearch, Span

LAST = datetime(2200, 1, 1, tzinfo=UTC)
ISSUER = f"coalesce(issuer, '{NO_ISSUER}')"
MOMENT = timedelta(microseconds=1)
DATED = UNDATED + MOMENT
FIRST = "CASE WHEN late THEN %(late_first)s ELSE %(first)s END::timestamptz AS first"
DATES = f"{FIRST}, CASE WHEN late THEN %(late_last)s ELSE %(last)s END::timestamptz AS last, late"


def cells(search: JobSearch) -> str:
    """One for each cell that the search allows."""
    return f"SELECT id AS low, id AS high, {DATES} FROM jobs_cell WHERE {allowed(search)}"


def tiles(search: JobSearch) -> str:
    """One for each type and status that the search allows, whoever the issuer is."""
    low = f"id << {keys.VALUE_BITS}"
    return f"SELECT {low} AS low, {low} | {keys.ISSUERS} AS high, {DATES} FROM jobs_tile WHERE {_in_tiles(search)}"


def not_by_excluded(search: JobSearch, alias: str) -> str:
    """The condition that no job's issuer is excluded, for streams that do not say so."""
    if not search.issuer.exclude or search.issuer.include:
        return ""
    issuers = f"SELECT DISTINCT id & {keys.ISSUERS} FROM jobs_cell WHERE {ISSUER} = ANY (%(not_issuer)s)"
    return f" AND ({alias}.cell_id & {keys.ISSUERS} <> ALL (ARRAY({issuers}))) IS TRUE"


def ranges(search: JobSearch) -> str:
    """The fewest that hold what the search allows, issuers that it excludes aside, and nothing else.

    Tiles that nothing lies between are one range. What issuers have lies apart: for those that are asked for, a row has
    all `cells` that are meant, in the place of `low` and `high`.
    """
    if search.issuer.include:
        return f"SELECT array_agg(id) AS cells, {DATES} FROM jobs_cell WHERE {allowed(search)} GROUP BY late"
    if search.type or search.status or other(search):
        found = f"SELECT id, late, {_in_tiles(search)} AS allowed FROM jobs_tile"
        run = "row_number() OVER (ORDER BY id) - row_number() OVER (PARTITION BY allowed, late ORDER BY id) AS run"
        low, high = f"min(id) << {keys.VALUE_BITS}", f"max(id) << {keys.VALUE_BITS} | {keys.ISSUERS}"
        runs = f"SELECT *, {run} FROM ({found}) f"
        return f"SELECT {low} AS low, {high} AS high, {DATES} FROM ({runs}) r WHERE allowed GROUP BY late, run"
    return f"SELECT 0::bigint AS low, {keys.LAST_CELL} AS high, {DATES} FROM (VALUES (false)) every (late)"


def within(search: JobSearch, cell: str) -> str:
    """The condition that a cell is in the row `s` of `ranges`."""
    return f"{cell} = ANY (s.cells)" if search.issuer.include else f"{cell} BETWEEN s.low AND s.high"


def parameters(search: JobSearch) -> dict[str, Any]:
    """Everything that streams name."""
    first, last = bounds(search, late=False)
    late_first, late_last = bounds(search, late=True)
    return {
        "first": first,
        "last": last,
        "late_first": late_first,
        "late_last": late_last,
        **{name: list(getattr(search, name).include) for name in ("type", "status", "issuer")},
        **{f"not_{name}": list(getattr(search, name).exclude) for name in ("type", "status", "issuer")},
    }


def bounds(search: JobSearch, *, late: bool) -> tuple[datetime, datetime]:
    """Between which dates, of the search's order, jobs may lie that are late or not, and that are not before its place.

    An index is read from there on: the place itself, a date and an id, would not keep it from beginning at its end.
    """
    start, end = limits(search.created if search.order == "created" else search.updated)
    if not late and other(search):
        first, last = limits(other(search))
        before, after = (keys.LATE, timedelta(0)) if search.order == "created" else (timedelta(0), keys.LATE)
        start, end = max(start, first - before), min(end, last + after)
    if search.place is None:
        return start, end
    value = search.place.value
    return (max(start, value), end) if search.upwards else (start, min(end, value + MOMENT))


def other(search: JobSearch) -> Span:
    """The range of the date that the search is not ordered by."""
    return search.updated if search.order == "created" else search.created


def limits(span: Span) -> tuple[datetime, datetime]:
    """The first date of a range, and the first one behind it; one that is given holds no job without a date."""
    if not span:
        return UNDATED, LAST
    return max(span.start or DATED, DATED), min(span.end or LAST, LAST)


def allowed(search: JobSearch) -> str:
    """The condition on a row of `jobs_cell` that the search allows it."""
    return f"{_in_tiles(search)} AND {values(search, 'issuer', ISSUER)}"


def values(search: JobSearch, name: str, value: str = "") -> str:
    """The condition on one of the values of a cell; SQL for the value, where that is not the column itself."""
    among: Among = getattr(search, name)
    found = [f"{value or name} = ANY (%({name})s)"] if among.include else []
    found += [f"{value or name} <> ALL (%(not_{name})s)"] if among.exclude else []
    return " AND ".join(found) or "true"


def _in_tiles(search: JobSearch) -> str:
    return f"{values(search, 'type')} AND {values(search, 'status')}"
