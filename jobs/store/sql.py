"""The statements that write a page, in the order in which they run.

Nobody has statistics of the temporary tables, so each lookup in a lasting one is written so that no plan of it but
by its index makes sense.
"""

# A commit empties the tables without a trace in the catalogue; where several writes share a transaction, `DELETE` does.
CREATE = """
CREATE TEMPORARY TABLE IF NOT EXISTS arrived (
    key text COLLATE "C", "group" text, type text COLLATE "C", status text COLLATE "C",
    issuer text COLLATE "C", stage smallint, created timestamptz, updated timestamptz, source text, destination text,
    quality text, error_code int, error text, digest bytea, head text, body text, result text
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS arrived_file (
    key text COLLATE "C", role smallint, position int, path text COLLATE "C", file_id text COLLATE "C"
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS written (
    id bigint, key text COLLATE "C", cell bigint, old_cell bigint
) ON COMMIT DELETE ROWS;
DELETE FROM arrived;
DELETE FROM arrived_file;
DELETE FROM written
"""

COPY_JOBS = "COPY arrived FROM STDIN"
COPY_FILES = "COPY arrived_file FROM STDIN"

# Cells that nobody has met yet, made in one order, so that two writers cannot lock each other out. Those that are
# here are not tried: that would wait for whoever counts in them.
NEW_CELLS = """
INSERT INTO jobs_cell (type, status, issuer, stage, jobs)
SELECT DISTINCT type, status, issuer, stage, 0 FROM arrived a
WHERE CASE WHEN issuer IS NULL
    THEN NOT EXISTS (SELECT FROM jobs_cell c WHERE (c.type, c.status) = (a.type, a.status) AND c.issuer IS NULL)
    ELSE NOT EXISTS (SELECT FROM jobs_cell c WHERE (c.type, c.status, c.issuer) = (a.type, a.status, a.issuer))
END
ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING
"""

# The jobs. `%(point)s` is true for a read of this one job: it wins over what was asked for before it, whatever the
# dates say.
JOBS = """
WITH changed AS (
    INSERT INTO jobs_job AS stored (
        key, "group", cell_id, created, updated, source, destination, quality, error_code, error, digest,
        first_seen, observed
    )
    SELECT key, "group",
        CASE WHEN issuer IS NULL
            THEN (SELECT id FROM jobs_cell c WHERE (c.type, c.status) = (a.type, a.status) AND c.issuer IS NULL)
            ELSE (SELECT id FROM jobs_cell c WHERE (c.type, c.status, c.issuer) = (a.type, a.status, a.issuer))
        END,
        created, updated, source, destination, quality, error_code, error, digest, now(), %(observed)s
    FROM arrived a
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        "group" = excluded."group", cell_id = excluded.cell_id,
        created = excluded.created, updated = excluded.updated,
        source = excluded.source, destination = excluded.destination, quality = excluded.quality,
        error_code = excluded.error_code, error = excluded.error,
        digest = excluded.digest, observed = excluded.observed
    WHERE stored.digest <> excluded.digest AND (
        excluded.updated > stored.updated
        OR (%(point)s AND excluded.observed > stored.observed)
        OR (excluded.updated = stored.updated AND
            ((SELECT stage FROM jobs_cell WHERE id = excluded.cell_id), excluded.observed)
             >= ((SELECT stage FROM jobs_cell WHERE id = stored.cell_id), stored.observed))
    )
    RETURNING new.id, new.key, new.cell_id, old.cell_id
)
INSERT INTO written SELECT * FROM changed
"""

# What is given back. A text that has not changed is not written again, however long it is.
DOCUMENTS = """
INSERT INTO jobs_document AS stored (job_id, head, body, result)
SELECT w.id, a.head, a.body, a.result FROM written w JOIN arrived a USING (key)
ON CONFLICT (job_id) DO UPDATE SET
    head = excluded.head,
    body = CASE WHEN stored.body = excluded.body THEN stored.body ELSE excluded.body END,
    result = CASE WHEN stored.result = excluded.result THEN stored.result ELSE excluded.result END
"""

FILES_GONE = """
DELETE FROM jobs_jobfile f
WHERE f.job_id = ANY (ARRAY(SELECT id FROM written WHERE old_cell IS NOT NULL)) AND NOT EXISTS (
    SELECT FROM written w JOIN arrived_file a USING (key)
    WHERE (w.id, a.role, a.position, a.path, a.file_id) = (f.job_id, f.role, f.position, f.path, f.file_id)
)
"""

FILES_NEW = """
INSERT INTO jobs_jobfile (job_id, role, position, path, file_id)
SELECT w.id, a.role, a.position, a.path, a.file_id FROM written w JOIN arrived_file a USING (key)
ON CONFLICT DO NOTHING
"""

# The counts, locked in one order; those that stay as they are are left alone.
CELLS = """
WITH moved AS (
    SELECT cell, sum(jobs)::bigint AS jobs
    FROM (SELECT cell, 1 AS jobs FROM written UNION ALL SELECT old_cell, -1 FROM written WHERE old_cell IS NOT NULL) m
    GROUP BY cell HAVING sum(jobs) <> 0
),
locked AS (SELECT id FROM jobs_cell WHERE id IN (SELECT cell FROM moved) ORDER BY id FOR NO KEY UPDATE)
UPDATE jobs_cell c SET jobs = c.jobs + moved.jobs FROM moved JOIN locked ON locked.id = moved.cell
WHERE c.id = moved.cell
"""

# A read of one job that changes nothing has seen it all the same.
SEEN = """
UPDATE jobs_job j SET observed = %(observed)s
WHERE %(point)s AND j.key = ANY (ARRAY(SELECT key FROM arrived)) AND j.observed < %(observed)s
    AND EXISTS (SELECT FROM arrived a WHERE (a.key, a.digest) = (j.key, j.digest))
"""

COUNTS = """
SELECT
    count(*) FILTER (WHERE id IS NOT NULL AND old_cell IS NULL),
    count(*) FILTER (WHERE old_cell IS NOT NULL),
    count(*) FILTER (WHERE same),
    count(*) FILTER (WHERE NOT same)
FROM (
    SELECT w.id, w.old_cell,
        CASE WHEN w.id IS NULL THEN (SELECT j.digest = a.digest FROM jobs_job j WHERE j.key = a.key) END AS same
    FROM arrived a LEFT JOIN written w USING (key)
) job
"""

WRITE = ";".join([NEW_CELLS, JOBS, DOCUMENTS, FILES_GONE, FILES_NEW, CELLS, SEEN, COUNTS])
