"""One complete cycle: the tail down to its watermark, the sweep to its end, the open jobs, and what is to be read."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from jobs.sync import gate
from jobs.sync.lanes import (
    rechecks_are_left,
    run_rechecks,
    run_reconcile,
    run_sweep,
    run_tail,
    sweep_is_left,
    try_again,
)
from jobs.sync.lease import LeaseHeld
from jobs.sync.run import Watcher
from jobs.upstream.errors import UpstreamError

BETWEEN_TRIES = 0.5
SLICE = 600
"""For how many seconds a sweep is walked before it is asked whether there is more."""

Waiting = Callable[[LeaseHeld], None]
Done = TypeVar("Done")


def cycle(*, watch: Watcher, waiting: Waiting) -> None:
    """Run the passes of a cycle; raise `LeaseLost` at once, and at the end the first `UpstreamError` of any lane.

    Where another worker runs a lane, wait for it, and tell `waiting`. A platform that fails is asked for no more.
    """
    try_again()
    problems = list[UpstreamError]()
    for lane in (_tail, _sweep, _open, _reads):
        if problems and not gate.may_begin():
            break
        try:
            lane(watch, waiting)
        except UpstreamError as error:
            problems.append(error)
    if problems:
        raise problems[0]


def _tail(watch: Watcher, waiting: Waiting) -> None:
    _run(partial(run_tail, watch=watch), waiting)


def _sweep(watch: Watcher, waiting: Waiting) -> None:
    while sweep_is_left():
        if not _run(partial(run_sweep, seconds=SLICE, watch=watch), waiting):
            time.sleep(BETWEEN_TRIES)  # others walk what is left


def _open(watch: Watcher, waiting: Waiting) -> None:
    _run(partial(run_reconcile, watch=watch), waiting)


def _reads(watch: Watcher, waiting: Waiting) -> None:
    while rechecks_are_left():
        _run(partial(run_rechecks, watch=watch), waiting)


def _run(work: Callable[[], Done], waiting: Waiting) -> Done:
    while True:
        try:
            return work()
        except LeaseHeld as held:
            waiting(held)
            time.sleep(BETWEEN_TRIES)
