"""The scheduled tasks: each calls a service, and may run twice.

They do not expire, since that would go by a worker's clock, which may be wrong. Those that have waited for a worker
find that there is nothing to do: `every` so many seconds a pass is enough.
"""

import logging
import time
from collections.abc import Callable

from celery import shared_task

from jobs.models import Lane
from jobs.sync import forgetting, gate, lanes
from jobs.sync.lease import LeaseHeld, LeaseLost, leased
from jobs.upstream.errors import UpstreamError

SWEEP_SECONDS, RECHECK_SECONDS = 240, 60
log = logging.getLogger(__name__)


@shared_task
def tail(every: float = 0) -> None:
    """Bring what has changed."""
    if lanes.is_due(Lane.TAIL, every) and gate.may_begin():
        _run(lanes.run_tail)


@shared_task
def sweep(sweeper: int = 0) -> None:
    """Bring what was there before; there is one `sweeper` of each number."""
    if lanes.sweep_is_left() and gate.may_begin():
        _run(lambda: _sweep(sweeper))


@shared_task
def reconcile(every: float = 0) -> None:
    """Find the open jobs that are open no more."""
    if lanes.reconcile_may_begin() and lanes.is_due(Lane.RECONCILE, every) and gate.may_begin():
        _run(lanes.run_reconcile)


@shared_task
def rechecks() -> None:
    """Read by id what is in doubt, or what a hook has told of.

    What a hook tells while a pass ends finds the lane leased: it is looked for once more.
    """
    until = time.monotonic() + RECHECK_SECONDS
    while lanes.rechecks_are_left() and gate.is_closed() and _run(lanes.run_rechecks) and time.monotonic() < until:
        pass


@shared_task
def forget() -> None:
    """Forget what nobody asks for any more."""
    forgetting.forget()


def _sweep(sweeper: int) -> None:
    with leased(f"sweeper {sweeper}"):
        lanes.run_sweep(seconds=SWEEP_SECONDS)


def _run(run: Callable[[], object]) -> bool:
    """Run passes; what stops one stands in its record, and the next tick tries again. Tell whether nothing did."""
    try:
        run()
        return True
    except LeaseHeld:
        log.debug("the lane is running elsewhere")
    except (LeaseLost, UpstreamError) as error:
        log.warning("%s", error)
    return False
