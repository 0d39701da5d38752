"""Runs passes of the lanes, as the scheduler and `./deck sync` do."""

from contextlib import closing
from datetime import timedelta
from functools import partial

from django.db.models.functions import Now

from jobs.models import Lane, Pass
from jobs.rules.circuit import LONGEST_PAUSE
from jobs.store import rechecks
from jobs.store.clock import database_clock
from jobs.sync import gate
from jobs.sync import sweep as sweeping
from jobs.sync.gate import Gate
from jobs.sync.rechecks import recheck
from jobs.sync.reconcile import reconcile
from jobs.sync.run import Watcher, nobody, run_pass
from jobs.sync.tail import tail
from jobs.sync.upstream import IMPATIENT, jobs_client


def run_tail(*, watch: Watcher = nobody) -> Pass:
    """Run a pass of the tail; raise what stops it (`LeaseHeld`, `LeaseLost`, an `UpstreamError`)."""
    with closing(jobs_client(gate=Gate())) as client:
        return run_pass(Lane.TAIL, partial(tail, client), watch=watch)


def run_sweep(*, seconds: float, watch: Watcher = nobody) -> list[Pass]:
    """Run passes over the shards of a sweep that nobody else walks, for about `seconds`; raise as `run_tail` does."""
    return list(sweeping.sweep(seconds=seconds, watch=watch))


def run_reconcile(*, watch: Watcher = nobody) -> Pass:
    """Run a pass over the open jobs; raise as `run_tail` does."""
    with closing(jobs_client(gate=Gate())) as client:
        return run_pass(Lane.RECONCILE, partial(reconcile, client), watch=watch)


def run_rechecks(*, watch: Watcher = nobody) -> Pass:
    """Read by id what is due; raise as `run_tail` does."""
    with closing(jobs_client(policy=IMPATIENT, gate=Gate())) as client:
        return run_pass(Lane.RECHECKS, partial(recheck, client), watch=watch)


def sweep_is_left() -> bool:
    """Tell whether there is something left to read."""
    return sweeping.is_left(_lane(Lane.SWEEP), _lane(Lane.TAIL))


def is_due(lane: str, every: float) -> bool:
    """Tell whether no pass of a lane that runs `every` so many seconds has begun for half of them.

    By the database's clock; half of them, so that a tick that comes a little early is none too many.
    """
    lately = Now() - timedelta(seconds=every / 2)
    return not Pass.objects.filter(lane=lane, began__gt=lately, began__lte=Now()).exists()


def reconcile_may_begin() -> bool:
    """Tell whether a pass over the open jobs makes sense: not before there are any."""
    tail = _lane(Lane.TAIL)
    return tail is not None and tail.complete is not None


def rechecks_are_left() -> bool:
    """Tell whether there are jobs to be read by id now, and the platform has not just said that none may be."""
    lane = _lane(Lane.RECHECKS)
    rests = lane and lane.rests_until and timedelta(0) < lane.rests_until - database_clock()() <= LONGEST_PAUSE
    return not rests and bool(rechecks.due(1))


def try_again() -> None:
    """Wait for nothing that has failed, or left jobs out: somebody has mended something, or wants to try."""
    gate.reset()
    Lane.objects.filter(name=Lane.RECHECKS).update(rests_until=None)
    rechecks.retry()
    sweeping.fill_gaps()


def _lane(name: str) -> Lane | None:
    return Lane.objects.filter(name=name).first()
