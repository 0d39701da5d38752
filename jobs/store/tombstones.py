"""Marks jobs that the platform does not have any more."""

from datetime import datetime

from django.db import connection, transaction

from jobs.rules.versions import Stored
from jobs.statuses import GONE
from jobs.store import sql

# Quotes within a text are escaped, so that this is no other member's.
STATE = rf"""regexp_replace(d.head, '"status":"(\\.|[^"\\])*"', '"status":"{GONE.word}"')"""

# The job as it is, but for its state and its content: whatever comes of it later differs.
AS_GONE = f"""
INSERT INTO arrived
SELECT j.key, j."group", c.type, '{GONE.word}', c.issuer, c.late, {GONE.stage}, j.created, j.updated, j.source,
    j.destination, j.quality, j.error_code, j.error, j.terms, '', {STATE}, d.body, d.result, false, '', j.observed
FROM jobs_job j JOIN jobs_cell c ON c.id = j.cell_id JOIN jobs_document d ON d.job_id = j.id
WHERE j.key = %(key)s AND j.observed = %(observed)s
"""


STILL_GONE = """
UPDATE jobs_job SET settled = true, observed = clock_timestamp(), asked = greatest(asked, %(asked)s)
WHERE key = %(key)s AND digest = ''
"""


def still_gone(key: str, *, asked: datetime) -> None:
    """Note of a job that is gone, if it is, that a request which began at `asked` has not found it either.

    So a list that shows it all the same is believed no more, for a while.
    """
    with connection.cursor() as cursor:
        cursor.execute(STILL_GONE, {"key": key, "asked": asked})


@transaction.atomic
def entomb(key: str, stored: Stored, *, lane: str, asked: datetime) -> bool:
    """Mark a job as gone, unless it has changed since it was `stored` so; tell whether it has not.

    A request that began at `asked` has not found it.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
        cursor.execute(AS_GONE, {"key": key, "observed": stored.observed})
        cursor.execute(sql.WRITE, {"asked": asked, "lane": lane})
        cursor.execute("SELECT EXISTS (SELECT 1 FROM written)")
        return bool(cursor.fetchone()[0])
