"""One complete cycle: the tail down to its watermark, then the backfill to its end."""

import math
import time
from collections.abc import Callable, Iterator

from jobs.models import Pass
from jobs.sync.lanes import backfill_is_due, run_backfill, run_tail
from jobs.sync.lease import LeaseHeld
from jobs.sync.run import Watcher

BETWEEN_TRIES = 0.5


def cycle(*, watch: Watcher, waiting: Callable[[LeaseHeld], None]) -> Iterator[Pass]:
    """Give each pass when it is complete; raise what stops one (`LeaseLost`, an `UpstreamError`).

    Where another worker runs a lane, wait for it, and tell `waiting`.
    """
    yield _patiently(lambda: run_tail(watch=watch), waiting)
    while backfill_is_due():
        try:
            yield run_backfill(seconds=math.inf, watch=watch)
        except LeaseHeld as held:
            waiting(held)
            time.sleep(BETWEEN_TRIES)


def _patiently(run: Callable[[], Pass], waiting: Callable[[LeaseHeld], None]) -> Pass:
    while True:
        try:
            return run()
        except LeaseHeld as held:
            waiting(held)
            time.sleep(BETWEEN_TRIES)
