"""The scheduled tasks: each calls a service, and may run twice."""

import logging
from collections.abc import Callable

from celery import shared_task

from jobs.sync import anomalies, gate, inbox, lanes
from jobs.sync.lease import LeaseHeld, LeaseLost, leased
from jobs.upstream.errors import UpstreamError

SWEEP_SECONDS = 240
log = logging.getLogger(__name__)


@shared_task
def tail() -> None:
    """Bring what has changed."""
    if gate.may_begin():
        _run(lanes.run_tail)


@shared_task
def sweep(sweeper: int = 0) -> None:
    """Bring what was there before; there is one `sweeper` of each number."""
    if lanes.sweep_is_left() and gate.may_begin():
        _run(lambda: _sweep(sweeper))


@shared_task
def reconcile() -> None:
    """Find the open jobs that are open no more."""
    if lanes.reconcile_is_due() and gate.may_begin():
        _run(lanes.run_reconcile)


@shared_task
def rechecks() -> None:
    """Read by id what is in doubt, or what a hook has told of."""
    if lanes.rechecks_are_left() and gate.may_begin():
        _run(lanes.run_rechecks)


@shared_task
def forget() -> None:
    """Forget what nobody asks for any more."""
    anomalies.forget()
    inbox.forget()
    gate.forget()


def _sweep(sweeper: int) -> None:
    with leased(f"sweeper {sweeper}"):
        lanes.run_sweep(seconds=SWEEP_SECONDS)


def _run(run: Callable[[], object]) -> None:
    """Run passes; what stops one stands in its record, and the next tick tries again."""
    try:
        run()
    except LeaseHeld:
        log.debug("the lane is running elsewhere")
    except (LeaseLost, UpstreamError) as error:
        log.warning("%s", error)
