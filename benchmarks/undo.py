"""Takes away what the measuring of writing wrote: every job beyond the last one that was made."""

import psycopg

from jobs import keys

WRITTEN = "SELECT EXISTS (SELECT FROM jobs_job WHERE id > %(last)s)"
STATEMENTS = (
    f"""
    DELETE FROM jobs_posting p USING jobs_job j, unnest(j.terms) term
    WHERE j.id > %(last)s AND (p.created_under, p.cell_id, p.created, p.job_id)
        = ({keys.under_sql("j.created", "term")}, j.cell_id, j.created, j.id)
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
