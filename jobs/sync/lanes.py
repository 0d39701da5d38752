"""Runs a pass of a lane, as the scheduler and `./deck sync` do."""

from contextlib import closing
from functools import partial

from django.utils import timezone

from jobs.models import Lane, Pass
from jobs.sync import backfill as backfilling
from jobs.sync import tail as tailing
from jobs.sync.run import Watcher, nobody, run_pass
from jobs.sync.upstream import jobs_client


def run_tail(*, watch: Watcher = nobody) -> Pass:
    """Run a pass of the tail; raise what stops it (`LeaseHeld`, `LeaseLost`, an `UpstreamError`)."""
    with closing(jobs_client()) as client:
        return run_pass(Lane.TAIL, partial(tailing.tail, client), watch=watch)


def run_backfill(*, seconds: float, watch: Watcher = nobody) -> Pass:
    """Run a pass of the backfill of about `seconds` at most; raise as `run_tail` does."""
    with closing(jobs_client()) as client:
        return run_pass(Lane.BACKFILL, partial(backfilling.backfill, client, seconds=seconds), watch=watch)


def tail_is_due() -> bool:
    """Tell whether the scheduler may begin a pass of the tail: not while refused credentials rest."""
    return not _rests(_lane(Lane.TAIL))


def backfill_is_due() -> bool:
    """Tell whether the scheduler may begin a pass of the backfill, and there is something left to read."""
    return not _rests(_lane(Lane.BACKFILL)) and backfill_is_left()


def backfill_is_left() -> bool:
    """Tell whether there is something left to read, also while refused credentials rest."""
    return backfilling.is_left(_lane(Lane.BACKFILL), _lane(Lane.TAIL))


def end_rests() -> None:
    """Let passes begin at once: the credentials may be others than those that were refused."""
    Lane.objects.update(not_before=None)


def _lane(name: str) -> Lane | None:
    return Lane.objects.filter(name=name).first()


def _rests(lane: Lane | None) -> bool:
    return bool(lane and lane.not_before and lane.not_before > timezone.now())
