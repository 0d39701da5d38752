"""Takes away what the measuring of writing wrote: every job beyond the last one that was made."""

import psycopg

from jobs import keys

WRITTEN = "SELECT EXISTS (SELECT FROM jobs_job WHERE id > %(last)s)"
STATEMENTS = (
    f"""
    DELETE FROM jobs_posting WHERE ctid = ANY (ARRAY(
        SELECT found.ctid
        FROM (
            SELECT {keys.under_sql("created", "term")} AS under, cell_id, created, id
            FROM jobs_job, unnest(terms) term WHERE id > %(last)s ORDER BY 1, 2, 3, 4
        ) w, LATERAL (
            SELECT p.ctid FROM jobs_posting p
            WHERE (p.created_under, p.cell_id, p.created, p.job_id) = (w.under, w.cell_id, w.created, w.id)
            LIMIT 1
        ) found
    ))
    """,
    "DELETE FROM jobs_document WHERE job_id > %(last)s",
    """
    UPDATE jobs_cell c SET jobs = c.jobs - gone.jobs
    FROM (SELECT cell_id, count(*) AS jobs FROM jobs_job WHERE id > %(last)s GROUP BY 1) gone WHERE c.id = gone.cell_id
    """,
    "DELETE FROM jobs_job WHERE id > %(last)s",
    "DELETE FROM jobs_cell WHERE jobs = 0",
    f"""
    DELETE FROM jobs_tile t WHERE NOT EXISTS (SELECT FROM jobs_cell c WHERE c.id >> {keys.VALUE_BITS} = t.id)
    """,
    "DELETE FROM jobs_pass",
    "DELETE FROM jobs_lane",
    "DELETE FROM jobs_lease",
)
VACUUM = "VACUUM (ANALYZE) jobs_job, jobs_document, jobs_posting, jobs_cell, jobs_tile"


def undo(url: str, last: int) -> None:
    """Leave the jobs up to `last` as if there had never been others; it costs nothing where there are none."""
    with psycopg.connect(url, autocommit=True) as connection:
        written = connection.execute(WRITTEN, {"last": last}).fetchone()
        if not written or not written[0]:
            return
        with connection.transaction():
            for statement in STATEMENTS:
                connection.execute(statement, {"last": last})
        connection.execute(VACUUM)
        connection.execute("CHECKPOINT")
