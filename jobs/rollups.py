"""What happened to jobs in a span of time: how many were created, finished and failed, how long it took, who waited.

It is read off rows of hours and days, of which there are as many as hours times cells and days times tiles, however
many jobs. Days stand for themselves wherever the span holds a whole one and nobody asks for hours or issuers.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from django.db import connection

from jobs.histogram import parts_sql, quantile

Dimension = Literal["hour", "day", "type", "status", "issuer"]
SQL: dict[Dimension, str] = {
    "hour": "r.begins",
    "day": "date_trunc('day', r.begins, 'UTC')",
    "type": "c.type",
    "status": "c.status",
    "issuer": "c.issuer",
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HOURS = "jobs_hourrollup r JOIN jobs_cell c ON c.id = r.cell_id"
DAYS = "jobs_dayrollup r JOIN jobs_tile c ON c.id = r.tile_id"


@dataclass
class Rolled:
    """Numbers of jobs, and histograms (`jobs.histogram`) of how long those that finished took and others waited."""

    created: int = 0
    finished: int = 0
    failed: int = 0
    durations: dict[int, int] = field(default_factory=dict)
    waits: dict[int, int] = field(default_factory=dict)

    def duration(self, share: float) -> float | None:
        """Within how many seconds from their creation this share of jobs finished; None where none did."""
        return quantile(self.durations, share)

    def wait(self, share: float) -> float | None:
        """Within how many seconds this share of those that were seen to start did so; None where none was seen."""
        return quantile(self.waits, share)


def rolled(start: datetime, end: datetime, *, by: Sequence[Dimension] = ()) -> dict[tuple[Any, ...], Rolled]:
    """What happened from the hour of `start` to that in which `end` lies, for each combination of values of `by`.

    The types, states and issuers are those that the jobs have now.
    """
    found: dict[tuple[Any, ...], Rolled] = defaultdict(Rolled)
    spans = list(_spans(start, end, whole_days=not {"hour", "issuer"} & {*by}))
    for *values, measure, bucket, jobs in _measured(spans, by):
        one = found[tuple(values)]
        if measure in ("durations", "waits"):
            getattr(one, measure)[bucket] = jobs
        else:
            setattr(one, measure, jobs)
    return dict(found)


def _spans(start: datetime, end: datetime, *, whole_days: bool) -> Iterator[tuple[str, datetime, datetime]]:
    """What covers the time: the table, from when on, before when."""
    first, last = _begin(start, HOUR), _begin(end + HOUR - timedelta(microseconds=1), HOUR)
    first_day, last_day = _begin(first + DAY - HOUR, DAY), _begin(last, DAY)
    if not whole_days or first_day >= last_day:
        yield HOURS, first, last
        return
    yield from ((HOURS, first, first_day), (DAYS, first_day, last_day), (HOURS, last_day, last))


def _begin(moment: datetime, unit: timedelta) -> datetime:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return moment - (moment - epoch) % unit


def _measured(spans: Sequence[tuple[str, datetime, datetime]], by: Sequence[Dimension]) -> list[tuple[Any, ...]]:
    """Rows of the values of `by`, a measure, a bucket of it, and how many jobs."""
    values = "".join(f"{SQL[name]} AS {name}, " for name in by)
    rows = " UNION ALL ".join(
        f"SELECT {values}r.created, r.finished, r.durations, r.waits, c.status = 'error' AS failed FROM {table}"
        " WHERE r.begins >= %s AND r.begins < %s"
        for table, *_ in spans
    )
    names = "".join(f"{name}, " for name in by)
    text = f"""
        SELECT {names}measure, bucket, sum(m.jobs)::bigint
        FROM ({rows}) r, LATERAL (
            VALUES ('created', 0, r.created), ('finished', 0, r.finished), ('failed', 0, r.finished * failed::int)
            UNION ALL SELECT 'durations', d.* FROM ({parts_sql("r.durations")}) d
            UNION ALL SELECT 'waits', w.* FROM ({parts_sql("r.waits")}) w
        ) m (measure, bucket, jobs)
        GROUP BY {", ".join(map(str, range(1, len(by) + 3)))}
    """
    with connection.cursor() as cursor:
        cursor.execute(text, [limit for _, *limits in spans for limit in limits])
        return list(cursor.fetchall())
