"""What `jobs.store.write` costs: rows of its page, however many jobs there are, and nothing of the catalogue."""

from datetime import timedelta

import pytest
from django.db import connection

from jobs.store import Written
from tests.records import NOON, iso, job, records, write

pytestmark = pytest.mark.django_db

JOBS = 4000
PAGE = 50
READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname IN ('jobs_job', 'jobs_document', 'jobs_posting')
"""


TABLES = """
SELECT relname, ctid::text, relfilenode, pg_relation_size(oid) FROM pg_class
WHERE relname IN ('arrived', 'written')
"""
CHANGED = "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_sys_tables WHERE relname = 'pg_class'"


def rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def test_a_page_costs_the_same_among_many_jobs() -> None:
    write(records([job(n) for n in range(JOBS)]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    later = iso(NOON + timedelta(hours=1))
    new, same = range(JOBS, JOBS + PAGE), range(PAGE)
    changed = range(PAGE, 2 * PAGE)
    page = records([*map(job, new), *map(job, same), *(job(n, dateUpdated=later, sources=[]) for n in changed)])
    before = rows_read()
    assert write(page) == Written(inserted=PAGE, updated=PAGE, unchanged=PAGE)
    assert rows_read() - before <= 20 * PAGE


def catalogue() -> tuple[list[tuple[str, str, int, int]], int]:
    """The temporary tables in the catalogue with their sizes, and how many rows of it have been written."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = cursor.fetchall()
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(CHANGED)
        return tables, cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_page_leaves_no_trace_in_the_catalogue() -> None:
    write(records([job(0)]))
    before = catalogue()
    assert [size for *_, size in before[0]] == [0, 0]
    for number in range(1, 6):
        write(records([job(number)]))
    assert catalogue() == before
