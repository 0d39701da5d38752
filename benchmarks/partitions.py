"""What partitions by month would do to searches, and what it costs to delete jobs without them.

The rows of jobs are copied into a table that has a partition for each month of their creation, and the same indexes.
"""

from collections.abc import Mapping
from functools import partial

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.given import Given, Json
from benchmarks.measure import milliseconds, percentile
from benchmarks.places import SIZE
from benchmarks.statements import explained, pages, run
from jobs.search import parse, sql
from jobs.search.sql import Query
from jobs.store.prune import BATCH, prune

SEARCHES = {
    "all": {},
    "a state": {"status": ["error"]},
    "a state, by update": {"status": ["error"], "orderBy": ["dateUpdated"]},
    "a rare state": {"status": ["working"]},
    "a type and state": {"type": ["urn:job:av.transcode"], "status": ["success"]},
}
PRUNED = 10  # batches
MONTHS = "bench_months"
MAKE = f"""
DROP TABLE IF EXISTS {MONTHS};
CREATE TABLE {MONTHS} (LIKE jobs_job INCLUDING GENERATED) PARTITION BY RANGE (created);
DO $$
DECLARE month timestamptz; columns text; index record;
BEGIN
    FOR month IN SELECT DISTINCT date_trunc('month', created) FROM jobs_job LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF {MONTHS} FOR VALUES FROM (%L) TO (%L)',
            'bench_' || to_char(month, 'YYYY_MM'), month, month + interval '1 month');
    END LOOP;
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
    WHERE attrelid = 'jobs_job'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped;
    EXECUTE format('INSERT INTO {MONTHS} (%s) SELECT %s FROM jobs_job', columns, columns);
    FOR index IN SELECT indexdef, indexname FROM pg_indexes WHERE tablename = 'jobs_job' LOOP
        EXECUTE replace(replace(replace(index.indexdef, 'UNIQUE ', ''), index.indexname, 'bench_' || index.indexname),
            'ON public.jobs_job', 'ON {MONTHS}');
    END LOOP;
END $$
"""
ONE = "SELECT id FROM jobs_job WHERE key = (SELECT key FROM jobs_job ORDER BY id DESC LIMIT 1)"


def measure(given: Given) -> Json:
    """Give for each search the pages and milliseconds of both; then the milliseconds of deletions."""
    run(MAKE, f"VACUUM ANALYZE {MONTHS}")
    asked = {words: sql.page_query(parse(search, page_size=SIZE), SIZE + 1) for words, search in SEARCHES.items()}
    asked["a job by its id"] = Query(text=ONE, parameters={})
    searches = {
        words: {"one": _cost(query, given.rounds), "months": _cost(_of_months(query), given.rounds)}
        for words, query in asked.items()
    }
    pruned = _pruned() / PRUNED
    month, jobs = _largest_month()
    dropped = milliseconds(partial(run, f"DROP TABLE {month}"))
    run(f"DROP TABLE {MONTHS}")
    return {
        "searches": searches,
        "batch": BATCH,
        "pruned": round(pruned, 1),
        "jobs": jobs,
        "dropped": round(dropped, 1),
    }


def _of_months(query: Query) -> Query:
    """The same where jobs are picked; the rows of a page are read off the one table, whose key is the id alone."""
    return Query(text=query.text.replace("FROM jobs_job", f"FROM {MONTHS}"), parameters=query.parameters)


def _cost(query: Query, rounds: int) -> Mapping[str, float]:
    """The pages read, for the plan and by it, and the median of the milliseconds of both."""
    plans = [explained(query) for _ in range(1 + rounds)][1:]
    read = max(pages(plan["Plan"]) + pages(plan.get("Planning", {})) for plan in plans)
    times = [plan["Planning Time"] + plan["Execution Time"] for plan in plans]
    return {"pages": read, "ms": round(percentile(times, 0.5), 2)}


@transaction.atomic
def _pruned() -> float:
    """How long it takes to prune the oldest jobs, which is taken back."""
    now = timezone.now()
    took = milliseconds(lambda: [prune(now) for _ in range(PRUNED)])
    transaction.set_rollback(True)
    return took


def _largest_month() -> tuple[str, int]:
    """The partition with the most jobs, and how many these are."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text, count(*) FROM {MONTHS} GROUP BY 1 ORDER BY 2 DESC LIMIT 1")
        name, jobs = cursor.fetchone()
    return str(name), int(jobs)
