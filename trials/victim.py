"""Forks children that run the sync, each to its end or until it is killed.

`python -m trials.victim` reads a line for each child, the names of what it is to do, and answers with how it ended: 0,
or minus the number of a signal.
"""

import os
import sys
import traceback
from collections.abc import Callable
from functools import partial

import django
import stamina

from dashboard.setup import check_environment

HOOKED = "ffffffffffffffffffffffffffffffff_hooked"
"""The job of which the hook tells."""
BEAT = 0.1
"""For how many seconds a lease is held until its heart beats, so that some do."""


def main() -> None:
    """Be forked from; nothing here opens a connection, or starts a thread."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    check_environment()
    works = _works()
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        print(_ended([works[name] for name in line.split()]), flush=True)  # noqa: T201


def hook() -> None:
    """Take a delivery, as the address of the hooks does."""
    from django.db import transaction

    from jobs.sync import inbox

    with transaction.atomic():
        inbox.accept("the delivery of the trial", [HOOKED])


def _works() -> dict[str, Callable[[], None]]:
    from jobs import tasks
    from jobs.rules import shards
    from jobs.sync import lease
    from trials.mirrors import TYPES

    stamina.set_testing(True, attempts=100, cap=True)
    lease.BEAT, shards.TYPES = BEAT, TYPES  # type: ignore[assignment]
    named = (tasks.tail, partial(tasks.sweep, 0), tasks.reconcile, tasks.rechecks, tasks.forget, hook)
    return dict(zip(("tail", "sweep", "reconcile", "rechecks", "forget", "hook"), named, strict=True))


def _ended(works: list[Callable[[], None]]) -> int:
    """Let a child do this; give how it ended."""
    child = os.fork()
    if child == 0:
        try:
            for work in works:
                work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
