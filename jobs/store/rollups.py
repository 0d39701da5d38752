"""The statements that keep rollups: what a page changes in them, what all jobs make of them.

Whatever happens is rows of `at`, `cell_id`, `duration` and `wait` (buckets of `jobs.histogram`, or null), `n` (how
many, negative where they are taken back), and of these `created` and `finished`.
"""

from dataclasses import dataclass

from jobs.histogram import added_sql, bucket_sql, code_sql, parts_sql
from jobs.keys import VALUE_BITS
from jobs.models import UNDATED
from jobs.statuses import GONE, KNOWN

FINISHED = ", ".join(f"'{status.word}'" for status in (*KNOWN, GONE) if status.terminal)
NEVER = f"timestamptz '{UNDATED.isoformat()}'"
NUMBERS = "created, finished, durations, waits"
EMPTY = "created = 0 AND finished = 0 AND durations = '{}' AND waits = '{}'"


@dataclass(frozen=True, kw_only=True)
class Level:
    """A table of rollups: of how long a time each row is, and of what, by its column and as SQL of a cell."""

    table: str
    unit: str
    column: str
    of_cell: str

    @property
    def key(self) -> str:
        """The columns of its primary key."""
        return f"begins, {self.column}"


HOURS = Level(table="jobs_hourrollup", unit="1 hour", column="cell_id", of_cell="cell_id")
DAYS = Level(table="jobs_dayrollup", unit="1 day", column="tile_id", of_cell=f"cell_id >> {VALUE_BITS}")


def _events(sign: int, finished: str, *, created: str, updated: str, started: str) -> str:
    """SQL for what happened to a job, by its columns, but for its cell.

    Not as `VALUES`, of which the expressions are prepared anew for every job: that took twice as long.
    """
    since = f"nullif({created}, {NEVER})"
    duration, wait = (bucket_sql(f"date_part('epoch', {end} - {since})") for end in (updated, started))
    return f"""
        SELECT {created} AS at, NULL::bigint AS duration, NULL::bigint AS wait, {sign} AS n, {sign} AS created,
            0 AS finished
        WHERE {created} <> {NEVER}
        UNION ALL SELECT {updated}, {duration}, NULL, {sign}, 0, {sign} WHERE {finished} AND {updated} <> {NEVER}
        UNION ALL SELECT {started}, NULL, {wait}, {sign}, 0, 0 WHERE {started} <> {NEVER} AND {created} <> {NEVER}
    """


def _by_bucket(level: Level, happened: str) -> str:
    """SQL for what `happened`, summed up by row of the level's table and bucket."""
    return f"""
        SELECT date_bin('{level.unit}', at, {NEVER}) AS begins, {level.of_cell} AS {level.column}, duration, wait,
            sum(n)::int AS n, sum(created)::int AS created, sum(finished)::int AS finished
        FROM ({happened}) h GROUP BY 1, 2, 3, 4
    """


def _rolled(level: Level, by_bucket: str) -> str:
    """SQL for rows of the level's table, of sums by bucket; without those that change nothing."""
    return f"""
        SELECT {level.key}, sum(created)::int AS created, sum(finished)::int AS finished,
            {_histogram("duration")} AS durations, {_histogram("wait")} AS waits
        FROM ({by_bucket}) b GROUP BY {level.key}
        HAVING sum(created) <> 0 OR sum(finished) <> 0 OR bool_or(n <> 0 AND coalesce(duration, wait) IS NOT NULL)
    """


def _histogram(bucket: str) -> str:
    there = f"{bucket} IS NOT NULL AND n <> 0"
    return f"coalesce(array_agg({code_sql(bucket, 'n')} ORDER BY {bucket}) FILTER (WHERE {there}), '{{}}')"


def _add(level: Level, by_bucket: str) -> str:
    """SQL that adds sums to the level's table, in one order, so that two writers cannot lock each other out."""
    return f"""
        INSERT INTO {level.table} AS kept ({level.key}, {NUMBERS})
        SELECT {level.key}, {NUMBERS} FROM ({_rolled(level, by_bucket)}) r ORDER BY {level.key}
        ON CONFLICT ({level.key}) DO UPDATE SET
            created = kept.created + excluded.created, finished = kept.finished + excluded.finished,
            durations = {added_sql("kept.durations", "excluded.durations")},
            waits = {added_sql("kept.waits", "excluded.waits")}
    """


def _clear(level: Level, by_bucket: str) -> str:
    """SQL that deletes rows to which sums have been added, where nothing is left of them."""
    return f"""
        DELETE FROM {level.table} WHERE ctid = ANY (ARRAY(
            SELECT empty.ctid FROM (SELECT DISTINCT {level.key} FROM ({by_bucket}) b WHERE n < 0) gone, LATERAL (
                SELECT r.ctid FROM {level.table} r
                WHERE (r.begins, r.{level.column}) = (gone.begins, gone.{level.column}) AND {EMPTY} LIMIT 1
            ) empty
        ))
    """


def _written(sign: int, prefix: str) -> str:
    columns = {name: f"w.{prefix}{name}" for name in ("created", "updated", "started")}
    finished = f"(SELECT c.status IN ({FINISHED}) FROM jobs_cell c WHERE c.id = w.{prefix}cell)"
    return f"""
        SELECT w.{prefix}cell AS cell_id, e.* FROM written w, LATERAL ({_events(sign, finished, **columns)}) e
        WHERE w.{prefix}cell IS NOT NULL
    """


_OF_JOB = _events(1, f"c.status IN ({FINISHED})", created="j.created", updated="j.updated", started="j.started")
_ALL = f"SELECT j.cell_id, e.* FROM jobs_job j JOIN jobs_cell c ON c.id = j.cell_id, LATERAL ({_OF_JOB}) e"

# What a page changes, by hour and bucket; the days are sums of these.
CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS happened (
    at timestamptz, cell_id bigint, duration bigint, wait bigint, n int, created int, finished int
) ON COMMIT DELETE ROWS;
DELETE FROM happened
"""
HAPPENED = f"""
INSERT INTO happened {_by_bucket(HOURS, f"{_written(1, '')} UNION ALL {_written(-1, 'old_')}")}
"""
CHANGED = [
    HAPPENED,
    *(write(level, _by_bucket(level, "SELECT * FROM happened")) for level in (HOURS, DAYS) for write in (_add, _clear)),
]


def fill(level: Level) -> str:
    """SQL that fills the level's table, which is empty."""
    return f"INSERT INTO {level.table} ({level.key}, {NUMBERS}) {_rolled(level, _by_bucket(level, _ALL))}"


def differences(level: Level, into: str) -> str:
    """SQL that makes the temporary table `into`: what is to be added to the level's table, by bucket."""
    parts = f"LATERAL ({parts_sql('durations')}) d (duration, n)", f"LATERAL ({parts_sql('waits')}) w (wait, n)"
    return f"""
        CREATE TEMPORARY TABLE {into} AS
        SELECT {level.key}, m.duration, m.wait, sum(m.n)::int AS n, sum(m.created)::int AS created,
            sum(m.finished)::int AS finished
        FROM (
            SELECT {level.key}, p.* FROM ({_by_bucket(level, _ALL)}) b, LATERAL (
                VALUES (NULL, NULL, created, created, finished), (duration, wait, n, 0, 0)
            ) p (duration, wait, n, created, finished)
            UNION ALL SELECT {level.key}, NULL, NULL, -created - finished, -created, -finished FROM {level.table}
            UNION ALL SELECT {level.key}, duration, NULL, -n, 0, 0 FROM {level.table}, {parts[0]}
            UNION ALL SELECT {level.key}, NULL, wait, -n, 0, 0 FROM {level.table}, {parts[1]}
        ) m GROUP BY {level.key}, m.duration, m.wait
        HAVING sum(created) <> 0 OR sum(finished) <> 0 OR (sum(n) <> 0 AND coalesce(duration, wait) IS NOT NULL)
    """


def mended(level: Level, found: str) -> list[str]:
    """The statements that add the differences that were `found`."""
    return [write(level, f"SELECT * FROM {found}") for write in (_add, _clear)]
