"""What it costs lists and changes of state to keep documents beside the rows, in them, or in TOAST."""

from django.db import connection, transaction

from benchmarks.given import Given, Json
from benchmarks.measure import milliseconds
from benchmarks.statements import explained, pages, run
from jobs.search.sql import Query

ROWS, LISTED, CHANGED = 100_000, 1_000, 10_000
JOB = "id, key, cell_id, created, updated, source, destination, terms, digest"
TEXTS = "head, body, result"
NEWEST = f"SELECT id FROM jobs_job ORDER BY id DESC LIMIT {ROWS}"
ROW = f"SELECT {JOB} FROM jobs_job WHERE id IN ({NEWEST}) ORDER BY id"
DOCUMENT = f"SELECT job_id AS id, {TEXTS} FROM jobs_document WHERE job_id IN ({NEWEST}) ORDER BY 1"
WHOLE = f"SELECT * FROM ({ROW}) r JOIN ({DOCUMENT}) d USING (id) ORDER BY id"
OUT = "ALTER TABLE {table} SET (toast_tuple_target = 128)"
EXTERNAL = "ALTER TABLE {table} ALTER body SET STORAGE EXTERNAL, ALTER result SET STORAGE EXTERNAL"
PLACES = {
    "beside the row": ("bench_row", "bench_document"),
    "in the row": ("bench_whole", "bench_whole"),
    "in TOAST": ("bench_toast", "bench_toast"),
}
MAKE = (
    f"CREATE TABLE bench_row AS {ROW}",
    f"CREATE TABLE bench_document AS {DOCUMENT}",
    f"CREATE TABLE bench_whole AS {WHOLE}",
    f"CREATE TABLE bench_toast AS {WHOLE} LIMIT 0",
    *(each.format(table="bench_toast") for each in (OUT, EXTERNAL)),
    f"INSERT INTO bench_toast {WHOLE}",
)
TABLES = ("bench_row", "bench_document", "bench_whole", "bench_toast")
LIST = (
    f"SELECT key, cell_id, created, updated, source, destination FROM %s ORDER BY created DESC, id DESC LIMIT {LISTED}"
)
NEW = f"id IN (SELECT id FROM bench_row ORDER BY id DESC LIMIT {CHANGED})"


def measure(given: Given) -> Json:  # noqa: ARG001 - all parts are called alike
    """Give for each place how large it is, the pages that a list reads, and what changes of state write."""
    run(*(f"DROP TABLE IF EXISTS {table}" for table in TABLES), *MAKE)
    for table in TABLES:
        run(f"ALTER TABLE {table} ADD PRIMARY KEY (id)")
        if table != "bench_document":
            run(f"CREATE INDEX ON {table} (created, id)")
        run(f"VACUUM ANALYZE {table}")
    found = {words: _measured(row, document) for words, (row, document) in PLACES.items()}
    run(*(f"DROP TABLE {table}" for table in TABLES))
    return found


def _measured(row: str, document: str) -> Json:
    """Sizes in bytes a job, buffers, and bytes of log and milliseconds a thousand changes."""
    listed = pages(explained(Query(text=LIST % row, parameters={}))["Plan"])
    tables = dict.fromkeys((row, document))
    total = sum(_one(f"SELECT pg_table_size('{table}')") for table in tables)
    heap = _one(f"SELECT pg_relation_size('{row}')")
    run("CHECKPOINT")
    before = _one("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
    took = milliseconds(lambda: _change(row, document))
    log = _one("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn") - before
    return {
        "row": round(heap / ROWS),
        "total": round(total / ROWS),
        "listed": listed,
        "log": round(log / CHANGED),
        "ms": round(took * 1000 / CHANGED, 1),
    }


@transaction.atomic
def _change(row: str, document: str) -> None:
    """Change the state of the newest jobs, as the store does: the row, and the head of the document."""
    if row == document:
        run(f"UPDATE {row} SET cell_id = cell_id + 1, updated = now(), head = head || ' ' WHERE {NEW}")
    else:
        run(f"UPDATE {row} SET cell_id = cell_id + 1, updated = now() WHERE {NEW}")
        run(f"UPDATE {document} SET head = head || ' ' WHERE {NEW}")


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
