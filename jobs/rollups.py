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
class Numbers:
    """How many jobs were created, how many finished, and how many of these failed."""

    created: int = 0
    finished: int = 0
    failed: int = 0


@dataclass
class Lengths:
    """Histograms (`jobs.histogram`) of how long jobs that finished had been there, and how long others waited."""

    durations: dict[int, int] = field(default_factory=dict)
    waits: dict[int, int] = field(default_factory=dict)

    def duration(self, share: float) -> float | None:
        """Within how many seconds from their creation this share of jobs finished; None where none did."""
        return quantile(self.durations, share)

    def wait(self, share: float) -> float | None:
        """Within how many seconds this share of those that were seen to start did so; None where none was seen."""
        return quantile(self.waits, share)


Place = tuple[Any, ...]


def numbers(start: datetime, end: datetime, *, by: Sequence[Dimension] = ()) -> dict[Place, Numbers]:
    """How many, from the hour of `start` to that in which `end` lies, for each combination of values of `by`.

    The types, states and issuers are those that the jobs have now.
    """
    sums = "sum(created)::bigint, sum(finished)::bigint, sum(CASE WHEN failed THEN finished ELSE 0 END)::bigint"
    return {
        tuple(place): Numbers(created=created, finished=finished, failed=failed)
        for *place, created, finished, failed in _fetch(start, end, by, sums)
    }


def lengths(start: datetime, end: datetime, *, by: Sequence[Dimension] = ()) -> dict[Place, Lengths]:
    """How long, of the same jobs; combinations of which nothing is known are left out."""
    found: dict[Place, Lengths] = defaultdict(Lengths)
    for measure in ("durations", "waits"):
        parts = f", LATERAL ({parts_sql(f'r.{measure}')}) p"
        for *place, bucket, count in _fetch(start, end, by, "sum(p.count)::bigint", parts, "p.bucket"):
            getattr(found[tuple(place)], measure)[bucket] = count
    return dict(found)


def _fetch(
    start: datetime, end: datetime, by: Sequence[Dimension], sums: str, parts: str = "", bucket: str = ""
) -> list[Place]:
    """Rows of the values of `by` and of `bucket`, and the sums of each."""
    spans = list(_spans(start, end, whole_days=not {"hour", "issuer"} & {*by}))
    rows = " UNION ALL ".join(_rows(table, by) for table, *_ in spans)
    groups = [*by, *([bucket] if bucket else [])]
    text = f"SELECT {', '.join([*groups, sums])} FROM ({rows}) r{parts}"
    text += f" GROUP BY {', '.join(groups)}" if groups else " HAVING count(*) > 0"
    with connection.cursor() as cursor:
        cursor.execute(text, [limit for _, *limits in spans for limit in limits])
        return list(cursor.fetchall())


def _rows(table: str, by: Sequence[Dimension]) -> str:
    values = "".join(f"{SQL[name]} AS {name}, " for name in by)
    numbers = "r.created, r.finished, r.durations, r.waits, c.status = 'error' AS failed"
    return f"SELECT {values}{numbers} FROM {table} WHERE r.begins >= %s AND r.begins < %s"


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
