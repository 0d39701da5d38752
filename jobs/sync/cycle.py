"""One complete cycle: the tail down to its watermark, then the backfill to its end."""

import math
import time
from collections.abc import Callable

from jobs.models import Pass
from jobs.sync.lanes import backfill_is_left, run_backfill, run_tail
from jobs.sync.lease import LeaseHeld
from jobs.sync.run import Watcher

BETWEEN_TRIES = 0.5


def cycle(*, watch: Watcher, waiting: Callable[[LeaseHeld], None]) -> None:
    """Run the passes of a cycle; raise what stops one (`LeaseLost`, an `UpstreamError`).

    Where another worker runs a lane, wait for it, and tell `waiting`.
    """
    while not _ran(lambda: run_tail(watch=watch), waiting):
        time.sleep(BETWEEN_TRIES)
    while backfill_is_left():
        if not _ran(lambda: run_backfill(seconds=math.inf, watch=watch), waiting):
            time.sleep(BETWEEN_TRIES)


def _ran(run: Callable[[], Pass], waiting: Callable[[LeaseHeld], None]) -> bool:
    try:
        run()
    except LeaseHeld as held:
        waiting(held)
        return False
    return True
