"""The scheduled tasks: each calls a service, and may run twice."""

import logging
from collections.abc import Callable

from celery import shared_task

from jobs.models import Pass
from jobs.sync.lanes import backfill_is_due, run_backfill, run_tail, tail_is_due
from jobs.sync.lease import LeaseHeld, LeaseLost
from jobs.upstream.errors import UpstreamError

BACKFILL_SECONDS = 240
log = logging.getLogger(__name__)


@shared_task
def tail() -> None:
    """Bring what has changed."""
    if tail_is_due():
        _run(run_tail)


@shared_task
def backfill() -> None:
    """Bring what was there before."""
    if backfill_is_due():
        _run(lambda: run_backfill(seconds=BACKFILL_SECONDS))


def _run(run: Callable[[], Pass]) -> None:
    """Run a pass; what stops it stands in its record, and the next tick tries again."""
    try:
        run()
    except LeaseHeld:
        log.debug("the lane is running elsewhere")
    except (LeaseLost, UpstreamError) as error:
        log.warning("%s", error)
