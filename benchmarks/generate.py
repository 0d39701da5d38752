"""Makes a database of jobs inside PostgreSQL: distributed as the sandbox's are, over two years, with old and rare ones.

`made` holds each job's facts in a narrow row; the tables are filled from it, side by side and without a log, and get
their indexes last. Every number that looks random is a hash of the job's or its request's.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg

from benchmarks.templates import FILE, MADE, NUMBER, READS, WRITES, folders, templates
from jobs import keys
from jobs.models import Value
from jobs.statuses import KNOWN, status
from jobs.store import rollups
from jobs.store.sql import POSTING, postings, week_cells
from sandbox.content import FOLDERS, ISSUERS
from sandbox.dice import Dice
from sandbox.kinds import BAG, KINDS

CONNECTIONS = 3
DAYS, SUBFOLDERS = 730, 40
OLD_ISSUERS, OLD_SHARE = 3, 0.08
ROLLUPS = ("hourrollup", "dayrollup")
RARE_STATUS, RARE_TYPE = "paused", "urn:job:text.glyph.pack"
NOW = datetime(2026, 11, 1, tzinfo=UTC)

# Every join here is of many jobs with a small table: as a hash, whatever the planner takes the number of jobs for.
SESSION = """
SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'; SET jit = off; SET TimeZone = 'UTC';
SET enable_nestloop = off; SET enable_mergejoin = off
"""

TABLES = """
DROP TABLE IF EXISTS made, made_kind, made_folder, made_issuer, made_status, made_template;
CREATE UNLOGGED TABLE made_kind (number int, value bigint, text text, queue float, work float, jobs int, reads bool);
CREATE UNLOGGED TABLE made_folder (
    number int, reads text, writes text, read bigint[], written bigint[], packed bigint[]
);
CREATE UNLOGGED TABLE made_issuer (number int, value bigint, text text);
CREATE UNLOGGED TABLE made_status (text text, value bigint, stage int);
CREATE UNLOGGED TABLE made_template (
    kind int, place int, failed int, source text, destination text, paths text[], quality text, body text,
    result text, error_code int, error text, message bigint, reads bool, writes bool, packs bool
);
CREATE TABLE made (
    id bigint, request bigint, kind int, place int, failed int, folder int, status text, issuer int,
    cell bigint, created timestamptz, updated timestamptz, started timestamptz, terms bigint[]
) PARTITION BY RANGE (request)
"""
HALF = "CREATE UNLOGGED TABLE made_{first} PARTITION OF made FOR VALUES FROM ({first}) TO ({end})"


def dice(seed: int, of: str) -> str:
    """SQL for a number from 0 to 1 that depends on `of` alone."""
    return f"((hashint8extended({of}, {seed}) & 1048575) / 1048576.0::float8)"


def one_in(seed: int, of: str, number: int) -> str:
    """SQL that is true once in `number` times."""
    return f"(hashint8extended({of}, {seed}) & 9223372036854775807) %% {number} = 0"


GROUP = "md5('group ' || request)"
KEY = f"{GROUP} || '_' || md5('job ' || id)"
FILE_ID = "md5('file ' || request)"


def term(text: str) -> str:
    """SQL for the term of a kind, a colon and a text."""
    return keys.term_sql(keys.hash_sql(text))


PATH = f"replace(replace(replace(path, '{READS}', f.reads), '{WRITES}', f.writes), '{NUMBER}', request::text)"
LATE = f"moved < made OR moved > made + interval '{keys.LATE.total_seconds():.0f} s'"

# Requests come ever more often; those of the first weeks know folders and issuers that nobody uses any more. Behind
# `OFFSET 0` a column is computed once, not wherever it is used.
FILL = f"""
INSERT INTO made_%(first)s
WITH request AS (
    SELECT r AS request,
        timestamptz '{NOW.isoformat()}' - interval '{DAYS} days' * (1 - r / %(requests)s::float8) ^ 1.3 AS came,
        r < %(requests)s * {OLD_SHARE} AS old,
        CASE WHEN {one_in(1, "r", 30_000)} THEN {len(KINDS)}
            ELSE (ARRAY{list(BAG)})[1 + (hashint8extended(r, 2) & 1048575) %% {len(BAG)}] END AS kind
    FROM generate_series(%(first)s::bigint, %(end)s::bigint - 1) r
),
job AS (
    SELECT q.*, k.value AS type, k.queue, k.work, place,
        1 + 8 * request + place AS n,
        {SUBFOLDERS} * CASE WHEN old AND {one_in(3, "request", 10)}
            THEN {len(FOLDERS)} + (hashint8extended(request, 4) & 1)
            ELSE floor({len(FOLDERS)} * {dice(5, "request")} ^ 3) END
        + floor({SUBFOLDERS} * {dice(6, "request")}) AS folder,
        CASE WHEN old AND {one_in(7, "request", 20)}
            THEN {ISSUERS} + (hashint8extended(request, 8) & 1048575) %% {OLD_ISSUERS}
            WHEN {one_in(9, "request", 211)} THEN -1
            ELSE floor({ISSUERS} * {dice(10, "request")} ^ 3) END AS issuer
    FROM request q JOIN made_kind k ON k.number = q.kind,
        generate_series(0, sign(k.jobs - 1)::int * (2 + (hashint8extended(request, 11) & 1048575) %% k.jobs)::int) place
),
dated AS (
    SELECT *, came + interval '40 ms' * place AS created,
        came + interval '1 s' * queue * exp(3 * {dice(12, "n")} - 1.5) AS began,
        came + interval '1 s' * (queue * exp(3 * {dice(12, "n")} - 1.5) + work * exp(3 * {dice(13, "n")} - 1.5)
            * CASE WHEN {one_in(14, "n", 400)} THEN 3000 ELSE 1 END) AS ended
    FROM job
    OFFSET 0
),
stated AS (
    SELECT *,
        CASE WHEN began > '{NOW.isoformat()}' THEN 'pending' WHEN ended > '{NOW.isoformat()}' THEN 'working'
            WHEN {one_in(15, "n", 50_000)} THEN '{RARE_STATUS}' WHEN {one_in(16, "n", 16)} THEN 'error'
            ELSE 'success' END AS status,
        date_trunc('second', created) AS made,
        CASE WHEN began <= '{NOW.isoformat()}' AND {one_in(18, "n", 2)} THEN date_trunc('second', began) END AS seen,
        date_trunc('second', CASE WHEN began > '{NOW.isoformat()}' THEN created
            WHEN ended > '{NOW.isoformat()}' THEN began ELSE ended END) AS moved
    FROM dated
    OFFSET 0
),
whole AS (
    SELECT s.*, t.failed, t.paths, t.message, t.reads AS has_reads, t.writes AS has_writes, t.packs AS has_packs,
        ((w.value << 1) | ({LATE})::int) << {2 * keys.VALUE_BITS} | (type << {keys.VALUE_BITS}) | i.value AS cell
    FROM stated s
    JOIN made_status w ON w.text = s.status
    JOIN made_issuer i ON i.number = s.issuer
    JOIN made_template t ON t.kind = s.kind AND t.place = s.place
        AND t.failed = CASE WHEN s.status = 'error' THEN 1 + floor(8 * {dice(17, "n")} ^ 3) ELSE 0 END
),
found AS (
    SELECT whole.*,
        ARRAY[{term(f"'group:' || {GROUP}")}]
            || CASE WHEN has_reads THEN read || {term(f"'file:' || {FILE_ID}")} ELSE '{{}}' END
            || CASE WHEN has_writes THEN written ELSE '{{}}' END
            || CASE WHEN has_packs THEN packed ELSE '{{}}' END
            || ARRAY(SELECT {term(PATH)} FROM unnest(paths) path) AS terms
    FROM whole JOIN made_folder f ON f.number = whole.folder
)
SELECT n, request, kind, place, failed, folder, status, issuer, cell, made, moved, seen,
    CASE WHEN message IS NULL THEN terms
        ELSE terms || message || ARRAY(SELECT term # message FROM unnest(terms) term) END
FROM found
"""


def told(text: str) -> str:
    """SQL for a template's text, its marks replaced."""
    marks = [
        (READS, "f.reads"),
        (WRITES, "f.writes"),
        (NUMBER, "request::text"),
        (FILE, FILE_ID),
        (MADE, stamp("updated")),
    ]
    for mark, value in marks:
        text = f"replace({text}, '{mark}', {value})"
    return text


def stamp(date: str) -> str:
    """SQL for a date as the wire has it."""
    return f"""to_char({date}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


JOBS = f"""
INSERT INTO jobs_job (id, key, "group", cell_id, created, updated, started, source, destination, quality, error_code,
    error, terms, digest, first_seen, asked, observed, settled)
SELECT id, {KEY}, {GROUP}, cell, created, updated, started, {told("t.source")}, {told("t.destination")}, t.quality,
    t.error_code, t.error, terms, int8send(id), updated, updated, updated, false
FROM made JOIN made_template t USING (kind, place, failed) JOIN made_folder f ON f.number = made.folder
"""

HEAD = '{"id":"%s","groupId":"%s","type":"%s","status":"%s","issuer":%s,"dateCreated":"%s","dateUpdated":"%s"}'
DOCUMENTS = f"""
INSERT INTO jobs_document (job_id, head, body, result)
SELECT id,
    format('{HEAD}', {KEY}, {GROUP}, k.text, status, coalesce('"' || i.text || '"', 'null'), {stamp("created")},
        {stamp("updated")}),
    {told("t.body")}, CASE WHEN status IN ('success', 'error') THEN {told("t.result")} ELSE 'null' END
FROM made JOIN made_template t USING (kind, place, failed) JOIN made_folder f ON f.number = made.folder
    JOIN made_kind k ON k.number = made.kind JOIN made_issuer i ON i.number = made.issuer
"""

POSTINGS = f"INSERT INTO jobs_posting ({POSTING}) {postings('made', 'cell')}"

CELLS = f"""
INSERT INTO jobs_cell (id, type, status, issuer, late, stage, jobs)
SELECT cell, k.text, m.status, i.text, cell >> {2 * keys.VALUE_BITS} & 1 = 1, w.stage, count(*)
FROM made m JOIN made_kind k ON k.number = m.kind JOIN made_issuer i ON i.number = m.issuer
    JOIN made_status w ON w.text = m.status
GROUP BY 1, 2, 3, 4, 5, 6
"""

TILES = f"INSERT INTO jobs_tile SELECT DISTINCT id >> {keys.VALUE_BITS}, type, status, late FROM jobs_cell"

MESSAGES = f"""
INSERT INTO jobs_message (id, text)
SELECT DISTINCT {keys.message_number_sql("error")}, error FROM made_template WHERE error <> ''
"""

WEEK_CELLS = f"INSERT INTO jobs_weekcell (week, cell_id) {week_cells('made', 'cell')}"
WEEKS = "INSERT INTO jobs_week (number) SELECT DISTINCT week FROM jobs_weekcell"


def generate(where: dict[str, Any], jobs: int) -> None:
    """Fill the tables of a database, which are empty, with about so many jobs; `where` is what psycopg connects by."""
    requests = round(jobs / (sum((1 if KINDS[kind].renditions == 1 else 5.5) for kind in BAG) / len(BAG)))
    with psycopg.connect(**where, autocommit=True) as connection:
        _facts(connection)
        halves = [(0, requests // 2), (requests // 2, requests)]
        for first, end in halves:
            connection.execute(HALF.format(first=first, end=end))
        fills = [FILL % {"requests": requests, "first": first, "end": end} for first, end in halves]
        _at_once(where, [[fill] for fill in fills])
        connection.execute("ANALYZE made")
        connection.execute(CELLS)
        connection.execute(TILES)
        connection.execute(WEEK_CELLS)
        connection.execute(WEEKS)
        connection.execute(MESSAGES)
        connection.execute("ANALYZE jobs_weekcell, jobs_cell, jobs_tile, jobs_week, jobs_value, jobs_message")
        _fill(connection, where)
        connection.execute("DROP TABLE made, made_kind, made_folder, made_issuer, made_status, made_template")


def _facts(connection: psycopg.Connection) -> None:
    """Write the tables from which `made` is made."""
    for statement in TABLES.split(";"):
        connection.execute(statement)
    number = count(1)
    kinds = [
        (n, next(number), each.type, each.queue, each.work, each.renditions, each.reads) for n, each in enumerate(KINDS)
    ]
    kinds.append((len(KINDS), next(number), RARE_TYPE, 1, 1, 1, True))
    statuses = [(word, next(number), status(word).stage) for word in (*(each.word for each in KNOWN), RARE_STATUS)]
    named = [(n, next(number), f"urn:app:{Dice(0, 'issuer', n).hex(32)}") for n in range(ISSUERS + OLD_ISSUERS)]
    values = [(id_, Value.Kind.TYPE, text) for _, id_, text, *_ in kinds]
    values += [(id_, Value.Kind.STATUS, text) for text, id_, _ in statuses]
    values += [(id_, Value.Kind.ISSUER, text) for _, id_, text in named]
    _copy(connection, "made_kind", kinds)
    _copy(connection, "made_status", statuses)
    _copy(connection, "made_issuer", [*named, (-1, keys.NO_ISSUER, None)])
    _copy(connection, "jobs_value (id, kind, text)", values)
    _copy(connection, "made_folder", _folder_rows())
    _copy(connection, "made_template", _template_rows())
    connection.execute("ANALYZE made_kind, made_status, made_issuer, made_folder, made_template")
    connection.execute("SELECT setval(pg_get_serial_sequence('jobs_value', 'id'), %s)", (next(number),))


def _folder_rows() -> Iterator[tuple[Any, ...]]:
    for n, (folder, sub) in enumerate((folder, sub) for folder in folders() for sub in range(SUBFOLDERS)):
        reads = f"{folder}/{sub:02d}"
        writes = reads.replace("/input", "/output")
        read = set(keys.path_terms("source", reads))
        packed = set(keys.path_terms("source", writes)) - read
        yield n, reads, writes, sorted(read), sorted(keys.path_terms("destination", writes)), sorted(packed)


def _template_rows() -> Iterator[tuple[Any, ...]]:
    for each in templates():
        packs = any(path.startswith(f"source:{WRITES}") for path in each.paths)
        reads = any(path.startswith(f"source:{READS}") for path in each.paths)
        writes = any(path.startswith("destination:") for path in each.paths)
        message = keys.message_term(each.error) if each.error else None
        yield *astuple(each), message, reads, writes, packs


def _fill(connection: psycopg.Connection, where: dict[str, Any]) -> None:
    """Fill the tables, which is longest for postings and documents; rollups are made of jobs."""
    jobs = _filled(connection, "jobs_job", JOBS)
    postings = _filled(connection, "jobs_posting", POSTINGS)
    documents = _filled(connection, "jobs_document", DOCUMENTS)
    hours, days = (_filled(connection, level.table, rollups.fill(level)) for level in (rollups.HOURS, rollups.DAYS))
    _at_once(where, [[*jobs, *hours, *days], postings, documents])
    # Only now does no transaction run that would keep them from being marked as seen by all.
    _at_once(where, [[f"VACUUM ANALYZE jobs_{name}"] for name in ("posting", "document", "job", *ROLLUPS)])
    connection.execute("SELECT setval(pg_get_serial_sequence('jobs_job', 'id'), (SELECT max(id) FROM jobs_job))")


def _filled(connection: psycopg.Connection, table: str, fill: str) -> list[str]:
    """What fills a table, in one transaction that empties it first, so that nothing is logged; then its indexes.

    The indexes that there are go at once.
    """
    indexes = _indexes(connection, table)
    for name, constraint, _ in indexes:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}" if constraint else f"DROP INDEX {name}")
    again = [statement for *_, statement in indexes]
    return ["BEGIN", f"TRUNCATE {table}", fill, "COMMIT", *again]


def _indexes(connection: psycopg.Connection, table: str) -> list[tuple[str, bool, str]]:
    """The indexes of a table: name, whether it is a constraint's, and the statement that makes it again."""
    return connection.execute(
        """
        SELECT c.relname, k.oid IS NOT NULL, CASE WHEN k.oid IS NULL THEN pg_get_indexdef(c.oid)
            ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%s %%s', i.indrelid::regclass, c.relname,
                pg_get_constraintdef(k.oid)) END
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u')
        WHERE i.indrelid = %s::regclass
        """,
        (table,),
    ).fetchall()


def _at_once(where: dict[str, Any], works: Sequence[Sequence[str]]) -> None:
    """Run lists of statements, each on a connection of its own, `CONNECTIONS` at once."""

    def work(statements: Sequence[str]) -> None:
        with psycopg.connect(**where, autocommit=True) as connection:
            connection.execute(SESSION)
            for statement in statements:
                connection.execute(statement)

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        for done in [threads.submit(work, statements) for statements in works]:
            done.result()


def _copy(connection: psycopg.Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
