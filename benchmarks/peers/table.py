"""The table of those who keep all of a job in one row, made from Jobdeck's, with an index for each thing asked for."""

import psycopg

LISTED = (
    *("id", "key", "group", "type", "status", "issuer", "created", "updated"),
    *("source", "destination", "quality", "error_code", "error"),
)
DOCUMENT = ("specification", "result")
COLUMNS = (*LISTED, *DOCUMENT)

MAKE = """
DROP TABLE IF EXISTS usual_job;
CREATE TABLE usual_job (
    id bigint NOT NULL, key text NOT NULL, "group" text NOT NULL, type text NOT NULL, status text NOT NULL, issuer text,
    created timestamptz NOT NULL, updated timestamptz NOT NULL, source text NOT NULL, destination text NOT NULL,
    quality text NOT NULL, error_code int, error text NOT NULL, specification jsonb, result jsonb
);
INSERT INTO usual_job
SELECT j.id, j.key, j."group", c.type, c.status, c.issuer, j.created, j.updated, j.source, j.destination, j.quality,
    j.error_code, j.error, d.body::jsonb -> 'specification', d.result::jsonb
FROM jobs_job j JOIN jobs_cell c ON c.id = j.cell_id JOIN jobs_document d ON d.job_id = j.id
ORDER BY j.id;
ALTER TABLE usual_job ADD PRIMARY KEY (id), ADD UNIQUE (key);
CREATE INDEX ON usual_job ("group");
CREATE INDEX ON usual_job (created, id);
CREATE INDEX ON usual_job (updated, id);
CREATE INDEX ON usual_job (type, created, id);
CREATE INDEX ON usual_job (status, created, id);
CREATE INDEX ON usual_job (issuer, created, id);
CREATE INDEX ON usual_job (source text_pattern_ops)
"""


def fingerprint(connection: psycopg.Connection, table: str) -> tuple[int, int]:
    """How many jobs a table has, and the highest id."""
    found = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    if found != (True,):
        return 0, 0
    [row] = connection.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {table}").fetchall()
    return row[0], row[1]


def make(connection: psycopg.Connection) -> None:
    """Have the table hold the jobs that Jobdeck's tables do; do nothing where it does."""
    if fingerprint(connection, "usual_job") == fingerprint(connection, "jobs_job"):
        return
    with connection.transaction():
        for statement in MAKE.split(";"):
            connection.execute(statement)
    connection.execute("VACUUM ANALYZE usual_job")
