"""Takes away what the measuring of writing wrote: every job beyond the last one that was made."""

from django.db import connection, transaction

from benchmarks.given import Given, Json
from jobs import keys
from jobs.models import Job
from jobs.store import prune, rollups, sql

JOBS = f"WITH gone AS (DELETE FROM jobs_job WHERE id > %(last)s RETURNING {prune.TAKEN}) {prune.NOTED}"
STATEMENTS = (
    prune.DOCUMENTS,
    sql.POSTINGS_GONE,
    sql.CELLS,
    *rollups.CHANGED,
    "DELETE FROM jobs_cell WHERE jobs = 0",
    f"DELETE FROM jobs_tile t WHERE NOT EXISTS (SELECT FROM jobs_cell c WHERE c.id >> {keys.VALUE_BITS} = t.id)",
    "DELETE FROM jobs_pass",
    "DELETE FROM jobs_lane",
    "DELETE FROM jobs_lease",
)
TABLES = ("job", "document", "posting", "cell", "tile", "hourrollup", "dayrollup")


def measure(given: Given) -> Json:
    """Leave the jobs up to the last one as if there had never been others; say whether there were any."""
    if not Job.objects.filter(id__gt=given.last).exists():
        return {"jobs": 0}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
        cursor.execute(JOBS, {"last": given.last})
        jobs = cursor.rowcount
        for statement in STATEMENTS:
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(f'jobs_{name}' for name in TABLES)}")
        cursor.execute("CHECKPOINT")
    return {"jobs": jobs}
