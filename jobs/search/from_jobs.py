"""Searches without a group, file or path: jobs come off the indexes of `jobs_job`, and streams of them are merged."""

from dataclasses import dataclass, replace

from jobs import keys
from jobs.search import streams
from jobs.search.conditions import asked, in_cells, order_by, weeks
from jobs.search.model import Among, JobSearch

SEVERAL = 2


def first(search: JobSearch, limit: int) -> str:
    """The `value` of the order and the `id` of the first `limit` jobs."""
    if search.issuer.exclude and not search.issuer.include and not streams.other(search):
        return _but_excluded(search, limit)
    return _merged(search, _source(search), limit)


def some(search: JobSearch, limit: int) -> str:
    """The `cell_id` of `limit` jobs, whichever come first; the indexes of all jobs do not have it, others do."""
    source = _cells(search) if search.issuer else _tiles(search)
    each = _each(search, source, limit, "j.cell_id")
    return f"SELECT n.* FROM ({source.streams}) s CROSS JOIN LATERAL ({each}) n LIMIT {limit}"


def _merged(search: JobSearch, source: "_Source", limit: int, more: str = "") -> str:
    """The first `limit` jobs of all streams, with `more` values of each.

    A few of each stream are read first: where these make a page, its last job is one behind which no stream needs to
    be read, so that only streams with many of the first jobs are read on.
    """
    values, order = f"j.{search.order} AS value, j.id{more}", order_by(search, "value", "id")
    few = f"(SELECT least({limit}, 1 + 3 * {limit} / greatest(count(*), 1)) FROM stream)"
    sign, extreme = ("<=", "infinity") if search.upwards else (">=", "-infinity")
    bound = f"coalesce((SELECT value FROM bound), '{extreme}')"
    return f"""
        WITH stream AS MATERIALIZED ({source.streams}),
        few AS MATERIALIZED (
            SELECT s.*, n.* FROM stream s CROSS JOIN LATERAL ({_each(search, source, few, values)}) n
        ),
        bound AS MATERIALIZED (SELECT value FROM few {order} OFFSET {limit - 1} LIMIT 1)
        SELECT n.* FROM (SELECT DISTINCT low, high, first, last FROM few WHERE value {sign} {bound}) s
        CROSS JOIN LATERAL (
            {_each(search, source, limit, values, f" AND j.{search.order} {sign} {bound}")}
        ) n {order} LIMIT {limit}
    """


def _but_excluded(search: JobSearch, limit: int) -> str:
    """The first `limit` jobs that are of no issuer that is excluded.

    Mostly they are among the first of anyone. Where they are not, somebody floods the list, whom nobody reads past: the
    cells of all others are merged.
    """
    anyone, most = replace(search, issuer=Among()), SEVERAL * limit
    first = _merged(anyone, _source(anyone), most, f", {in_cells(search)} AS found")
    enough = f"(SELECT count(*) FILTER (WHERE found) >= {limit} OR count(*) < {most} FROM seen)"
    others = replace(_cells(search), streams=f"{streams.cells(search)} AND NOT {enough}")
    order = order_by(search, "value", "id")
    return f"""
        WITH seen AS MATERIALIZED ({first})
        SELECT * FROM (
            SELECT value, id FROM seen WHERE found AND {enough}
            UNION ALL SELECT * FROM ({_merged(search, others, limit)}) m
        ) n {order} LIMIT {limit}
    """


def every(search: JobSearch) -> str:
    """The `id` of every job, in the order of the search: day by day, so that the first ones come at once."""
    source, day = _source(search), "timestamptz 'epoch' + make_interval(days => (w.number * 7 + d.day)::int)"
    days = f"{weeks(search)} CROSS JOIN generate_series({'0, 6' if search.upwards else '6, 0, -1'}) d (day)"
    on_day = f"j.{search.order} >= {day} AND j.{search.order} < {day} + interval '1 day'"
    found = (
        f"SELECT j.id, j.{search.order} FROM jobs_job j WHERE {source.condition} AND {asked(search, 'j')} AND {on_day}"
    )
    order = order_by(search, f"j.{search.order}", "j.id")
    each = f"SELECT j.id FROM stream s CROSS JOIN LATERAL ({found} OFFSET 0) j {order}"
    return f"WITH stream AS MATERIALIZED ({source.streams}) SELECT n.id FROM {days} CROSS JOIN LATERAL ({each}) n"


@dataclass(frozen=True, kw_only=True)
class _Source:
    """Which index of `jobs_job` is read: `streams`, and the `condition` that says where each of them is in it."""

    streams: str
    condition: str


def _source(search: JobSearch) -> _Source:
    """The fewest streams of which each is in order. What an issuer that is excluded has is read past."""
    if search.issuer.include:
        return _cells(search)
    if search.type or search.status or search.issuer or streams.other(search):
        return _tiles(search)
    return _Source(streams=streams.ranges(search), condition="true")


def _cells(search: JobSearch) -> _Source:
    return _Source(streams=streams.cells(search), condition="j.cell_id = s.low")


def _tiles(search: JobSearch) -> _Source:
    condition = f"j.tile = s.low >> {keys.VALUE_BITS}{streams.not_by_excluded(search, 'j')}"
    return _Source(streams=streams.tiles(search), condition=condition)


def _each(search: JobSearch, source: _Source, limit: int | str, values: str, more: str = "") -> str:
    """The first `limit` jobs of the stream `s`."""
    order = order_by(search, f"j.{search.order}", "j.id")
    return (
        f"SELECT {values} FROM jobs_job j WHERE {source.condition} AND {asked(search, 'j')}{more} {order} LIMIT {limit}"
    )
