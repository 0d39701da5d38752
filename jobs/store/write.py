"""Writes records: what each means beside what is stored is decided by `jobs.rules.versions`."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Self

from django.db import connection, transaction

from jobs.rules.versions import DROP, Seen, Stored, Use, Verdict, judge, moves
from jobs.store import rechecks, sql
from jobs.store.rows import JobValues, Row
from jobs.store.versions import stored


@dataclass(frozen=True, kw_only=True)
class Written:
    """How many records were new jobs, changed one, said the same as before, were dropped, or cannot be jobs.

    `dates` are when the new and the changed ones were updated, by the platform; `misfits` the ids of those that can be
    read, but that PostgreSQL does not take.
    """

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    dropped: int = 0
    refused: int = 0
    dates: tuple[datetime, ...] = field(default=(), compare=False)
    misfits: tuple[str, ...] = field(default=(), compare=False)

    def __add__(self, other: Self) -> Self:
        return type(self)(**{name: number + getattr(other, name) for name, number in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Came:
    """How records came: through `lane`, by a request that began at `asked`, of a walk that began at `since`.

    It is `now`. `point` says that the request was for these very jobs. `dated` is what the platform's clock said, None
    if nothing.
    """

    lane: str
    asked: datetime
    since: datetime
    now: datetime
    point: bool = False
    dated: datetime | None = None

    def seen(self, row: Row) -> Seen:
        """What the rules are told of a record that came so."""
        return Seen(
            created=row.created,
            updated=row.updated,
            stage=row.stage,
            digest=row.digest,
            asked=self.asked,
            since=self.since,
            now=self.now,
            point=self.point,
            dated=self.dated,
        )


class Judged(NamedTuple):
    """A record, what was stored of its job when it was judged, and the verdict."""

    row: Row
    seen: Seen
    stored: Stored | None
    verdict: Verdict

    @property
    def is_found(self) -> bool:
        """Whether a job that waits to be read by id has come, and is here now as it came."""
        return self.stored is not None and self.stored.watched and self.verdict.use is not Use.DROP


@transaction.atomic
def write(rows: Iterable[Row], *, came: Came) -> Written:
    """Write records, the second of one job beside the first.

    What another writer has changed between reading and writing is read, and judged, once more.
    """
    written, left = Written(), list(rows)
    while left:
        first = {row.key: row for row in reversed(left)}
        moved, now = _write_each(first, came)
        written += now
        left = [row for row in left if row is not first[row.key] or row.key in moved]
    return written


def _write_each(rows: Mapping[str, Row], came: Came) -> tuple[set[str], Written]:
    """Write one record of each job, by their keys; give the keys of those that another writer has changed."""
    judged = _judged(rows, came)
    moved = _take([each for each in judged if each.verdict.use is Use.TAKE], came)
    done = [each for each in judged if each.row.key not in moved]
    _note(sql.SEEN, [each for each in done if each.verdict.use is Use.SAME and moves(each.stored, each.seen)], came)
    _note(sql.CONTESTED, [each for each in done if each.verdict.use is Use.DROP and each.verdict.contested], came)
    if not came.point:
        rechecks.found([each.row.key for each in done if each.is_found], came.asked)
    rechecks.doubt({each.row.key: each.verdict.doubt for each in done if each.verdict.doubt})
    return moved, _counted(done)


def _judged(rows: Mapping[str, Row], came: Came) -> list[Judged]:
    """Judge records beside what is stored; new ones behind the horizon are dropped unless somebody asked for them."""
    held_by_key, horizon = stored(rows), _horizon()
    judged = []
    for key, row in rows.items():
        seen, held = came.seen(row), held_by_key.get(key)
        is_pruned = held is None and not came.point and _is_behind(row, horizon)
        judged.append(Judged(row, seen, held, DROP if is_pruned else judge(held, seen)))
    return judged


def _is_behind(row: Row, horizon: datetime | None) -> bool:
    return horizon is not None and row.updated is not None and row.updated < horizon


def _horizon() -> datetime | None:
    """Before which jobs are not kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT before FROM jobs_horizon")
        found = cursor.fetchone()
    return found[0] if found else None


def _take(judged: Collection[Judged], came: Came) -> set[str]:
    """Write records that take their jobs' places, where these are still as they were; give the keys of the others."""
    if not judged:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
        _copy(sql.COPY_JOBS, (_values(each) for each in judged))
        cursor.execute(sql.WRITE, {"asked": came.asked, "lane": came.lane})
        while cursor.nextset():
            pass
        return {key for (key,) in cursor.fetchall()}


def _values(judged: Judged) -> JobValues:
    """The row of a record, whether it is settled, what contradicts it, and the observation whose place it takes."""
    expected = None if judged.stored is None else judged.stored.observed
    return (*judged.row.values, judged.seen.final, judged.verdict.contested, expected)


def _note(statement: str, judged: Collection[Judged], came: Came) -> None:
    """Note that jobs were seen as they are stored, or what contradicts them."""
    noted = [
        {
            "key": each.row.key,
            "observed": each.stored.observed,
            "final": each.seen.final,
            "contested": each.verdict.contested.hex(),
        }
        for each in judged
        if each.stored is not None
    ]
    if noted:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"noted": json.dumps(noted, default=str), "asked": came.asked})


def _counted(judged: Collection[Judged]) -> Written:
    taken = [each for each in judged if each.verdict.use is Use.TAKE]
    uses = [(each.verdict.use, each.stored is None) for each in judged]
    return Written(
        inserted=uses.count((Use.TAKE, True)),
        updated=uses.count((Use.TAKE, False)),
        unchanged=sum(use is Use.SAME for use, _ in uses),
        dropped=sum(use is Use.DROP for use, _ in uses),
        dates=tuple(each.row.updated for each in taken if each.row.updated),
    )


def _copy(statement: str, table: Iterable[JobValues]) -> None:
    """Copy rows; raise what Django makes of an error, as every other statement does."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in table:
            copy.write_row(row)
