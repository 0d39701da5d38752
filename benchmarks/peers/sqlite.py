"""The same table as a file of SQLite, with the same indexes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from benchmarks.peers import table
from benchmarks.peers.table import COLUMNS, DOCUMENT

NAME = "peers"
DATES = ("created", "updated")
NUMBERS = ("id", "error_code")
BATCH = 5000

# Datasette orders jobs of one moment by their id, the lowest first, but for the first page, whose order is an index's:
# where these go the other way, its pages lose jobs. LIKE ignores case, so that its index has to as well.
INDEXES = """
CREATE UNIQUE INDEX job_key ON usual_job (key);
CREATE INDEX job_group ON usual_job ("group");
CREATE INDEX job_created ON usual_job (created DESC, id);
CREATE INDEX job_updated ON usual_job (updated DESC, id);
CREATE INDEX job_type ON usual_job (type, created DESC, id);
CREATE INDEX job_status ON usual_job (status, created DESC, id);
CREATE INDEX job_issuer ON usual_job (issuer, created DESC, id);
CREATE INDEX job_source ON usual_job (source COLLATE NOCASE);
ANALYZE
"""


def make(connection: psycopg.Connection, folder: Path) -> Path:
    """Have the file in `folder` hold what the table in PostgreSQL does; do nothing where it does."""
    file = folder / f"{NAME}.db"
    if file.exists() and fingerprint(file) == table.fingerprint(connection, "usual_job"):
        return file
    half = file.with_suffix(".new")
    half.unlink(missing_ok=True)
    with closing(sqlite3.connect(half)) as target:
        target.execute("PRAGMA journal_mode = OFF")
        _fill(connection, target)
        target.executescript(INDEXES)
    half.rename(file)
    return file


def fingerprint(file: Path) -> tuple[int, int]:
    """How many jobs a file has, and the highest id."""
    with closing(sqlite3.connect(file)) as source:
        [row] = source.execute("SELECT count(*), coalesce(max(id), 0) FROM usual_job")
        return row[0], row[1]


def _fill(connection: psycopg.Connection, target: sqlite3.Connection) -> None:
    """Copy all rows, in the order of their ids; dates become text that sorts as they do, documents text."""
    types = ", ".join(f'"{name}" {"INTEGER" if name in NUMBERS else "TEXT"}' for name in COLUMNS)
    target.execute(f"CREATE TABLE usual_job ({types}, PRIMARY KEY (id))")
    marks = ", ".join("?" * len(COLUMNS))
    with connection.transaction(), connection.cursor("jobs") as rows:
        rows.itersize = BATCH
        rows.execute(f"SELECT {', '.join(map(_value, COLUMNS))} FROM usual_job ORDER BY id")
        target.executemany(f"INSERT INTO usual_job VALUES ({marks})", rows)
    target.commit()


def _value(name: str) -> str:
    if name in DATES:
        return f"""to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    return f"{name}::text" if name in DOCUMENT else f'"{name}"'
