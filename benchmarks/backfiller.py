"""One process of `benchmarks.backfill`: it makes ready, says so, waits to be told, and works.

`python -m benchmarks.backfiller WORK NUMBER OF`, where WORK is `sweep`, or `write` for the raw limit.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import islice
from typing import TYPE_CHECKING

import django
from django.db import connection, transaction

if TYPE_CHECKING:
    from jobs.store import Ready

PAUSE = 1.0  # seconds
"""How long a worker waits that finds every walk taken; the scheduler calls it every ten."""


def main(work: str, number: str, of: str) -> None:
    """Be that process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    begin = {"sweep": _sweeping, "write": _writing}[work](int(number), int(of))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begin()


def _sweeping(number: int, of: int) -> Callable[[], None]:
    """Read everything, as sweepers do; the one of them that is made last lets the tail have its pass before."""
    from jobs.sync.lanes import run_sweep, run_tail, sweep_is_left
    from jobs.sync.lease import LeaseHeld

    if number == of - 1:
        run_tail()

    def sweep() -> None:
        while sweep_is_left():
            with suppress(LeaseHeld):
                run_sweep(seconds=3600)
            time.sleep(PAUSE)

    return sweep


def _writing(number: int, of: int) -> Callable[[], None]:
    """Write every so-many-th page, which is here already."""
    from jobs.store import sql

    pages = list(islice(_pages(), number, None, of))

    def write() -> None:
        for page in pages:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql.CREATE)
                with cursor.copy(sql.COPY_JOBS) as copy:
                    for row in page.rows:
                        copy.write_row((*row.values, False, b"", None))
                cursor.execute(sql.WRITE, {"asked": page.page.asked, "lane": "sweep"})

    return write


def _pages() -> Iterator["Ready"]:
    """Every page of the platform, newest first, its rows ready."""
    from django.conf import settings

    from jobs import store
    from jobs.sync.upstream import jobs_client
    from jobs.upstream.walk import Ask, Walk

    walk = Walk(order_by="dateCreated", ascending=False, page_size=settings.SYNC_PAGE_SIZE)
    ask: Ask | None = Ask(walk=walk)
    with closing(jobs_client()) as client:
        while ask is not None:
            page = client.page(ask)
            yield store.ready(page)
            ask = Ask(walk=walk, token=page.next_token) if page.next_token else None


if __name__ == "__main__":
    main(*sys.argv[1:])
