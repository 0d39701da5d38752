"""What `jobs.store.write` reads: rows of its page, however many jobs there are."""

from datetime import timedelta

import pytest
from django.db import connection

from jobs.store import Written, write
from tests.records import NOON, iso, job, records

pytestmark = pytest.mark.django_db

JOBS = 4000
PAGE = 50
READ = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
WHERE relname IN ('jobs_job', 'jobs_document', 'jobs_jobfile')
"""


def rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return int(cursor.fetchone()[0])


def test_a_page_costs_the_same_among_many_jobs() -> None:
    write(records([job(n) for n in range(JOBS)]), observed=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    later = iso(NOON + timedelta(hours=1))
    new, same = range(JOBS, JOBS + PAGE), range(PAGE)
    changed = range(PAGE, 2 * PAGE)
    page = records([*map(job, new), *map(job, same), *(job(n, dateUpdated=later, sources=[]) for n in changed)])
    before = rows_read()
    assert write(page, observed=NOON) == Written(inserted=PAGE, updated=PAGE, unchanged=PAGE)
    assert rows_read() - before <= 20 * PAGE
