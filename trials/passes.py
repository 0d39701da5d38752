"""The passes of the lanes, each where the scheduler would run it too."""

from collections.abc import Callable, Mapping

from jobs.sync.lanes import (
    reconcile_may_begin,
    run_rechecks,
    run_reconcile,
    run_sweep,
    run_tail,
    sweep_is_left,
)
from jobs.sync.run import Watcher


def run_slice(watch: Watcher) -> None:
    """Walk one page of a sweep, where there is one."""
    if sweep_is_left():
        run_sweep(seconds=0, watch=watch)


def run_whole_sweep(watch: Watcher) -> None:
    """Walk a sweep to its end, where there is one."""
    if sweep_is_left():
        run_sweep(seconds=600, watch=watch)


def run_open(watch: Watcher) -> None:
    """Walk through the open jobs, as soon as there are any."""
    if reconcile_may_begin():
        run_reconcile(watch=watch)


def run_due(watch: Watcher) -> None:
    """Read by id what is due."""
    run_rechecks(watch=watch)


def run_newest(watch: Watcher) -> None:
    """Read what has changed."""
    run_tail(watch=watch)


LANES: Mapping[str, Callable[[Watcher], None]] = {
    "tail": run_newest,
    "rechecks": run_due,
    "slice": run_slice,
    "sweep": run_whole_sweep,
    "reconcile": run_open,
}
