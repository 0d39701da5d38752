"""How many jobs a second one worker of the sync writes: new ones, changed ones, and those that are here already.

The sync itself runs, from the JSON of a page on; only the way over the network is left out. The jobs are the
sandbox's, and lie in the last weeks of those that are here, among which new ones come in reality. As many others are
written before, unmeasured: a sync that has run for a day has in memory what it touches again and again.
"""

import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from benchmarks.generate import NOW
from benchmarks.given import Given, Json
from benchmarks.measure import say
from jobs import store
from jobs.models import Lane, Pass
from jobs.store import Ready, sql
from jobs.sync.ahead import ahead
from jobs.sync.run import Run, run_pass
from jobs.upstream import wire
from jobs.upstream.mask import Masker
from jobs.upstream.record import Page
from sandbox.content import Writer
from sandbox.world import World

MOST = 60_000
PLAIN = """
DROP TABLE IF EXISTS bench_plain;
CREATE TABLE bench_plain (LIKE arrived);
ALTER TABLE bench_plain ADD PRIMARY KEY (key)
"""
MERGE = """
INSERT INTO bench_plain AS stored SELECT * FROM arrived
ON CONFLICT (key) DO UPDATE SET {values} WHERE stored.digest <> excluded.digest
"""


def measure(given: Given) -> Json:
    """Write jobs that have ended; others as the platform first tells of them, as they end, and again.

    `plain` is what a table with a primary key and nothing else takes of the same rows.
    """
    jobs = min(MOST, given.jobs)
    say("  writing others")
    _read_keys()
    for payloads in _payloads(jobs, seed=1):
        _sync(payloads)
    say("  making pages")
    new, begun, changed = _payloads(jobs, seed=0)
    say("  writing")
    rates = {"new": _sync(new), "begun": _sync(begun), "changed": _sync(changed), "unchanged": _sync(changed)}
    say("  writing into a plain table")
    return {**rates, "plain": _plain(new, begun, changed), "page": settings.SYNC_PAGE_SIZE}


def _read_keys() -> None:
    """Read the index of ids, in which new ones come anywhere."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("SELECT count(*) FROM (SELECT key FROM jobs_job ORDER BY key OFFSET 0) j")
        cursor.execute("RESET enable_seqscan")


def _payloads(jobs: int, *, seed: int) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Pages of so many jobs that have ended, of as many others that have just come, and of these when they end."""
    world = World(seed=seed, jobs=2 * jobs, rate=0, epoch=NOW.timestamp())
    writer = Writer(world, even=True)
    ended = [writer.job(index, world.ended[index]) for index in range(2 * jobs)]
    begun = [writer.job(index, world.created[index]) for index in range(jobs, 2 * jobs)]
    return _pages(ended[:jobs]), _pages(begun), _pages(ended[jobs:])


def _pages(jobs: list[bytes]) -> list[bytes]:
    """The payloads of a search that finds these jobs."""
    size = settings.SYNC_PAGE_SIZE
    parts = [b",".join(jobs[first : first + size]) for first in range(0, len(jobs), size)]
    return [b'{"nextPageToken":null,"jobs":[%b]}' % part for part in parts]


def _sync(payloads: list[bytes]) -> Json:
    """Let a pass of the sync bring these pages; give how many jobs a second it wrote, and what became of them."""

    def walk(run: Run) -> Pass.Outcome:
        for page in ahead(map(store.ready, _read(payloads))):
            run.commit(page, since=run.began, save=lambda _: None)
        return Pass.Outcome.COMPLETE

    began = time.monotonic()
    done = run_pass(Lane.SWEEP, walk)
    seconds = time.monotonic() - began
    counts = {name: getattr(done, name) for name in ("inserted", "updated", "unchanged", "dropped", "refused")}
    return {"rate": round(sum(counts.values()) / seconds), "seconds": round(seconds, 1), **counts}


def _read(payloads: list[bytes]) -> Iterator[Page]:
    masker = Masker(settings.SECRET_KEY.encode())
    return (wire.page(payload, masker, asked=timezone.now()) for payload in payloads)


def _plain(*walks: list[bytes]) -> dict[str, int]:
    """How many rows a second a plain table takes: new ones, and changed ones."""
    new, begun, changed = ([store.ready(page) for page in _read(payloads)] for payloads in walks)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql.CREATE}; {PLAIN}")
        cursor.execute("SELECT * FROM bench_plain")
        values = ", ".join(f'"{each.name}" = excluded."{each.name}"' for each in cursor.description)
    new_rate, _, changed_rate = (_merged(pages, MERGE.format(values=values)) for pages in (new, begun, changed))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_plain")
    return {"new": new_rate, "changed": changed_rate}


def _merged(pages: Sequence[Ready], merge: str) -> int:
    """Copy and merge pages, each in a transaction; give how many rows a second."""
    began = time.monotonic()
    for page in pages:
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(sql.COPY_JOBS) as copy:
                for row in page.rows:
                    copy.write_row((*row.values, False, b"", None))
            cursor.execute(merge)
    return round(sum(len(page.rows) for page in pages) / (time.monotonic() - began))
