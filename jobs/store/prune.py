"""Deletes jobs that nobody has to keep any more, batch by batch, with all that belongs to them.

The horizon comes first: what lies behind it is not taken in again, though the platform may have it for ever.
"""

from datetime import datetime

from django.db import connection, transaction

from jobs.models import UNDATED, Horizon
from jobs.rules.versions import Doubt
from jobs.store import rollups, sql

BATCH = 1000

RAISE = """
INSERT INTO jobs_horizon AS kept (id, before) VALUES (%(id)s, %(before)s)
ON CONFLICT (id) DO UPDATE SET before = greatest(kept.before, excluded.before)
"""

TAKEN = "id, key, cell_id, created, updated, started, terms"
NOTED = f"""
INSERT INTO written (id, key, old_cell, old_created, old_updated, old_started, old_terms) SELECT {TAKEN} FROM gone
"""

# Jobs that a writer holds are left for the next batch: it may wait for us, so that we must not wait for it.
JOBS = f"""
WITH gone AS (
    DELETE FROM jobs_job WHERE id = ANY (ARRAY(
        SELECT id FROM jobs_job WHERE updated > %(undated)s AND updated < %(before)s
        ORDER BY updated, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ))
    RETURNING {TAKEN}
) {NOTED}"""
DOCUMENTS = "DELETE FROM jobs_document WHERE job_id = ANY (ARRAY(SELECT id FROM written))"
TRANSITIONS = "DELETE FROM jobs_transition WHERE job_id = ANY (ARRAY(SELECT id FROM written))"
RECHECKS = f"""
DELETE FROM jobs_recheck WHERE key IN (
    SELECT key FROM jobs_recheck WHERE key = ANY (ARRAY(SELECT key FROM written)) AND reason <> '{Doubt.HOOK}'
    ORDER BY key FOR UPDATE
)
"""
HOW_MANY = "SELECT count(*) FROM written"


def behind(before: datetime) -> int:
    """Count the jobs that were last updated before this."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM jobs_job WHERE updated > %s AND updated < %s", [UNDATED, before])
        return int(cursor.fetchone()[0])


def raise_horizon(before: datetime) -> None:
    """Take no job any more that was last updated before this; a horizon that is later already stays."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE, {"id": Horizon.ONLY, "before": before})


def drop_horizon() -> None:
    """Take jobs of any age again: the next walk through all of them brings those that the platform still has."""
    Horizon.objects.all().delete()


@transaction.atomic
def prune(before: datetime) -> int:
    """Delete a batch of the jobs that were last updated before this, the oldest ones; give how many it was.

    Jobs without a date of an update stay.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
        cursor.execute(JOBS, {"undated": UNDATED, "before": before, "batch": BATCH})
        for statement in (DOCUMENTS, TRANSITIONS, sql.POSTINGS_GONE, sql.CELLS, *rollups.CHANGED, RECHECKS):
            cursor.execute(statement)
        cursor.execute(HOW_MANY)
        return int(cursor.fetchone()[0])
