"""Writes records."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from jobs.store import sql
from jobs.store.rows import JobValues


@dataclass(frozen=True, kw_only=True)
class Written:
    """How many jobs of a page were new, changed, the same as before, older than what is here or kept, or no jobs."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0
    refused: int = 0


@transaction.atomic
def write(jobs: Collection[JobValues], *, observed: datetime, point: bool = False) -> Written:
    """Write the rows `jobs`, each of another job, which a request brought that began at `observed`.

    `point` says that the request was for these very jobs: it wins over an older observation even where
    the dates speak against it.
    """
    if not jobs:
        return Written()
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
        _copy(sql.COPY_JOBS, jobs)
        cursor.execute(sql.WRITE, {"observed": observed, "point": point})
        while cursor.nextset():
            pass
        inserted, updated, unchanged = cursor.fetchone()
    older = len(jobs) - inserted - updated - unchanged
    return Written(inserted=inserted, updated=updated, unchanged=unchanged, older=older)


def _copy(statement: str, table: Iterable[JobValues]) -> None:
    """Copy rows; raise what Django makes of an error, as every other statement does."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in table:
            copy.write_row(row)
