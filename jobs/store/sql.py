"""The statements that write a page, in the order in which they run.

Nobody has statistics of the temporary tables, so each lookup in a lasting one is written so that no plan of it but
by its index makes sense.
"""

from jobs.keys import VALUE_BITS, message_number_sql, under_sql, week_sql
from jobs.models import Value
from jobs.statuses import STARTED
from jobs.store import rollups
from jobs.store.rollups import NEVER

# A commit empties the tables without a trace in the catalogue; where several writes share a transaction, `DELETE` does.
CREATE = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS arrived (
    key text COLLATE "C", "group" text, type text COLLATE "C", status text COLLATE "C",
    issuer text COLLATE "C", late boolean, stage smallint, created timestamptz, updated timestamptz,
    source text, destination text, quality text, error_code int, error text, terms bigint[], digest bytea,
    head text, body text, result text, settled boolean, contested bytea, expected timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS written (
    id bigint, key text COLLATE "C",
    cell bigint, created timestamptz, updated timestamptz, started timestamptz, terms bigint[], observed timestamptz,
    old_cell bigint, old_created timestamptz, old_updated timestamptz, old_started timestamptz, old_terms bigint[],
    old_asked timestamptz
) ON COMMIT DELETE ROWS;
DELETE FROM arrived;
DELETE FROM written;
{rollups.CREATE}
"""

COPY_JOBS = "COPY arrived FROM STDIN"

# Values, cells, weeks and messages that nobody has met yet, made in one order, so that two writers cannot lock each
# other out. Those that are here are not tried: that would wait for whoever counts in them.
NEW_VALUES = f"""
INSERT INTO jobs_value (kind, text)
SELECT kind, text FROM (
    SELECT {Value.Kind.TYPE}, type FROM arrived
    UNION SELECT {Value.Kind.STATUS}, status FROM arrived
    UNION SELECT {Value.Kind.ISSUER}, issuer FROM arrived WHERE issuer IS NOT NULL
) a (kind, text)
WHERE (SELECT true FROM jobs_value v WHERE (v.kind, v.text) = (a.kind, a.text)) IS NULL
ORDER BY kind, text
ON CONFLICT DO NOTHING
"""


def _value(kind: Value.Kind, column: str) -> str:
    return f"(SELECT id::bigint FROM jobs_value v WHERE (v.kind, v.text) = ({kind}, {column}))"


# The cell of the row `a`: a scalar, so that each is looked up, however many cells there are.
CELL = """CASE WHEN a.issuer IS NULL
    THEN (SELECT id FROM jobs_cell c WHERE (c.type, c.status, c.late) = (a.type, a.status, a.late) AND c.issuer IS NULL)
    ELSE (SELECT id FROM jobs_cell c WHERE (c.type, c.status, c.issuer, c.late) = (a.type, a.status, a.issuer, a.late))
END"""

NEW_CELLS = f"""
WITH made AS (
INSERT INTO jobs_cell (id, type, status, issuer, late, stage, jobs)
SELECT
    ((({_value(Value.Kind.STATUS, "status")} << 1) | late::int) << {2 * VALUE_BITS})
        | ({_value(Value.Kind.TYPE, "type")} << {VALUE_BITS})
        | coalesce({_value(Value.Kind.ISSUER, "issuer")}, 0),
    type, status, issuer, late, stage, 0
FROM (SELECT DISTINCT type, status, issuer, late, stage FROM arrived) a
WHERE {CELL} IS NULL
ORDER BY type, status, issuer, late
ON CONFLICT DO NOTHING
RETURNING id >> {VALUE_BITS} AS tile, type, status, late
)
INSERT INTO jobs_tile (id, type, status, late) SELECT DISTINCT * FROM made ORDER BY 1 ON CONFLICT DO NOTHING
"""

NEW_WEEKS = f"""
INSERT INTO jobs_week (number)
SELECT number FROM (
    SELECT {week_sql("created")} FROM arrived UNION SELECT {week_sql("updated")} FROM arrived
) a (number)
WHERE (SELECT true FROM jobs_week w WHERE w.number = a.number) IS NULL
ORDER BY number
ON CONFLICT DO NOTHING
"""

NEW_MESSAGES = f"""
INSERT INTO jobs_message (id, text)
SELECT id, error FROM (
    SELECT DISTINCT {message_number_sql("error")}, error FROM arrived WHERE error <> ''
) a (id, error)
WHERE (SELECT true FROM jobs_message m WHERE m.id = a.id) IS NULL
ORDER BY id
ON CONFLICT DO NOTHING
"""

# The jobs. A row takes the place of one that was observed when it `expected`, of none if that is null; or it is left.
JOBS = f"""
WITH changed AS (
    INSERT INTO jobs_job AS stored (
        key, "group", cell_id, created, updated, started, source, destination, quality, error_code, error, terms,
        digest, first_seen, asked, observed, settled, contested
    )
    SELECT key, "group",
        {CELL},
        created, updated, CASE WHEN status = '{STARTED}' THEN nullif(updated, {NEVER}) END,
        source, destination, quality, error_code, error, terms, digest, clock_timestamp(), %(asked)s,
        coalesce(expected, clock_timestamp()), settled, contested
    FROM arrived a
    ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
        "group" = excluded."group", cell_id = excluded.cell_id,
        created = excluded.created, updated = excluded.updated, started = least(stored.started, excluded.started),
        source = excluded.source, destination = excluded.destination, quality = excluded.quality,
        error_code = excluded.error_code, error = excluded.error, terms = excluded.terms,
        digest = excluded.digest, asked = excluded.asked, observed = clock_timestamp(), settled = excluded.settled,
        contested = excluded.contested
    WHERE stored.observed = excluded.observed
    RETURNING new.id, new.key, new.cell_id, new.created, new.updated, new.started, new.terms, new.observed,
        old.cell_id, old.created, old.updated, old.started, old.terms, old.asked
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

# Postings stand under cell and dates, so those of a job move whenever it does. The row of the job, locked above, guards
# them between being found and being deleted. They are found and made in the index's order.
MOVED = "(cell, created, updated, terms) IS DISTINCT FROM (old_cell, old_created, old_updated, old_terms)"
POSTINGS_GONE = f"""
DELETE FROM jobs_posting WHERE ctid = ANY (ARRAY(
    SELECT found.ctid
    FROM (
        SELECT {under_sql("week", "term")} AS under, old_cell, old_created, id
        FROM (SELECT *, {week_sql("old_created")} AS week FROM written WHERE {MOVED} OFFSET 0) w, unnest(old_terms) term
        ORDER BY 1, 2, 3, 4
    ) w, LATERAL (
        SELECT p.ctid FROM jobs_posting p
        WHERE (p.created_under, p.cell_id, p.created, p.job_id) = (w.under, w.old_cell, w.old_created, w.id)
        LIMIT 1
    ) found
))
"""


def postings(jobs: str, cell: str) -> str:
    """SQL for the postings of `jobs`, whose weeks are computed once, not for each term."""
    weeks = f"{week_sql('created')} AS created_week, {week_sql('updated')} AS updated_week"
    return f"""
        SELECT {under_sql("created_week", "term")} AS created_under,
            CASE WHEN created_week <> updated_week THEN {under_sql("updated_week", "term")} END AS updated_under,
            {cell} AS cell_id, created, updated, id AS job_id
        FROM (SELECT *, {weeks} FROM {jobs} OFFSET 0) j, unnest(terms) term
    """


POSTING = "created_under, updated_under, cell_id, created, updated, job_id"
POSTINGS_NEW = f"""
INSERT INTO jobs_posting ({POSTING}) {postings(f"written WHERE {MOVED}", "cell")}
ORDER BY created_under, cell_id, created, job_id
"""


def week_cells(jobs: str, cell: str = "cell_id") -> str:
    """SQL for the cells of the weeks in which `jobs` were created or updated."""
    by_date = (f"SELECT {week_sql(date)} AS week, {cell} AS cell_id FROM {jobs}" for date in ("created", "updated"))
    return " UNION ".join(by_date)


WEEK_CELLS = f"""
INSERT INTO jobs_weekcell (week, cell_id)
SELECT week, cell_id FROM ({week_cells("written", "cell")}) n
WHERE (SELECT true FROM jobs_weekcell k WHERE (k.week, k.cell_id) = (n.week, n.cell_id)) IS NULL
ORDER BY week, cell_id
ON CONFLICT DO NOTHING
"""

# The counts, locked in one order; those that stay as they are are left alone.
CELLS = """
WITH moved AS (
    SELECT cell, sum(jobs)::bigint AS jobs
    FROM (SELECT cell, 1 AS jobs FROM written UNION ALL SELECT old_cell, -1 FROM written) m
    WHERE cell IS NOT NULL GROUP BY cell HAVING sum(jobs) <> 0
),
locked AS (SELECT id FROM jobs_cell WHERE id IN (SELECT cell FROM moved) ORDER BY id FOR NO KEY UPDATE)
UPDATE jobs_cell c SET jobs = c.jobs + moved.jobs FROM moved JOIN locked ON locked.id = moved.cell
WHERE c.id = moved.cell
"""

# Changes of state that were observed, each between two requests.
TRANSITIONS = """
INSERT INTO jobs_transition (job_id, "before", "after", lane, old, new)
SELECT w.id, w.observed, w.old_asked, %(lane)s, old.status, new.status
FROM written w JOIN jobs_cell old ON old.id = w.old_cell JOIN jobs_cell new ON new.id = w.cell
WHERE old.status <> new.status
"""

LEFT = "SELECT key FROM arrived WHERE key NOT IN (SELECT key FROM written)"

# Jobs that still are as they were `observed`. Those that another writer has, or has changed, are left: they change, and
# must not be waited for.
AS_OBSERVED = """
    SELECT j.id, n.final, n.contested
    FROM json_to_recordset(%(noted)s::json) n (key text, observed timestamptz, final boolean, contested text)
    JOIN jobs_job j ON (j.key, j.observed) = (n.key, n.observed)
    ORDER BY j.id FOR NO KEY UPDATE OF j SKIP LOCKED
"""
SEEN = f"""
UPDATE jobs_job j SET asked = greatest(j.asked, %(asked)s), observed = clock_timestamp(), settled = j.settled OR n.final
FROM ({AS_OBSERVED}) n WHERE n.id = j.id
"""
CONTESTED = f"""
UPDATE jobs_job j SET contested = decode(n.contested, 'hex') FROM ({AS_OBSERVED}) n WHERE n.id = j.id
"""

WRITE = ";".join(
    [
        NEW_VALUES,
        NEW_CELLS,
        NEW_WEEKS,
        NEW_MESSAGES,
        JOBS,
        DOCUMENTS,
        POSTINGS_GONE,
        POSTINGS_NEW,
        WEEK_CELLS,
        CELLS,
        *rollups.CHANGED,
        TRANSITIONS,
        LEFT,
    ]
)
