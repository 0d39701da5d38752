"""The passes of the lanes, each where the scheduler would run it too."""

from collections.abc import Mapping
from typing import Any, Protocol

from jobs.sync.lanes import (
    reconcile_may_begin,
    run_rechecks,
    run_reconcile,
    run_sweep,
    run_tail,
    sweep_is_left,
)
from jobs.sync.run import Watcher


class Lane(Protocol):
    """Runs passes, which somebody may watch."""

    def __call__(self, *, watch: Watcher) -> Any:
        """Run them, where there is anything to do."""


def run_slice(*, watch: Watcher) -> None:
    """Walk one page of a sweep, where there is one."""
    if sweep_is_left():
        run_sweep(seconds=0, watch=watch)


def run_whole_sweep(*, watch: Watcher) -> None:
    """Walk a sweep to its end, where there is one."""
    if sweep_is_left():
        run_sweep(seconds=600, watch=watch)


def run_open(*, watch: Watcher) -> None:
    """Walk through the open jobs, as soon as there are any."""
    if reconcile_may_begin():
        run_reconcile(watch=watch)


LANES: Mapping[str, Lane] = {
    "tail": run_tail,
    "rechecks": run_rechecks,
    "slice": run_slice,
    "sweep": run_whole_sweep,
    "reconcile": run_open,
}
