"""Kills the sync at each of its statements, then the services in turn, and says what was wrong afterwards."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.measure import say
from dashboard import setup
from dashboard.services import home
from dashboard.services.embedded import embedded

EVERY = 25
TRIES = 5
"""How often a process is run that comes to its end before it is at the statement where it is to die."""
JOBS = 5000
NEVER_THERE = ["no process came there"]
NAMED = ("DATABASE_URL", "CELERY_BROKER_URL", "MEDIA_PLATFORM_URL")
"""What would lead to a mirror that somebody uses."""


def kills(times: int, rounds: int, seed: int) -> int:
    """Kill so often at each statement, and each service; an exit status, 0 only if nothing was ever wrong."""
    wrong = 0
    for work, number in ((_at_statements, times), (_services, rounds)):
        with tempfile.TemporaryDirectory(prefix="jobdeck-kills-", ignore_cleanup_errors=True) as folder:
            os.chmod(folder, 0o755)  # noqa: S103 - PostgreSQL may run as another account
            wrong += work(Path(folder), number, Random(seed)) if number else 0  # noqa: S311 - it says where to kill
    return 1 if wrong else 0


def _at_statements(folder: Path, times: int, dice: Random) -> int:
    """Let processes die at statements of the sync; give how often something was wrong."""
    with _database(folder):
        from trials.kills import chosen, trial

        began, missed, wrong = time.monotonic(), 0, 0
        with trial() as tried:
            points = tried.points()
            every = chosen(points, times, dice)
            statements = {point.statement for point in points}
            say(f"{len(statements)} statements at {len(points):,} points: {len(every):,} kills")
            for number, kill in enumerate(every, 1):
                tries = (tried.kill(kill) for _ in range(TRIES))
                found = next((left for left in tries if left is not None), NEVER_THERE)
                missed, wrong = missed + (found == NEVER_THERE), wrong + bool(found)
                if found:
                    say(f"  {kill.point.lane}, {kill.place}: {kill.point.statement}: {'; '.join(found)}")
                if number % EVERY == 0:
                    say(f"  {number:,} of {len(every):,}: {wrong} went wrong")
    seconds = time.monotonic() - began
    say(f"{len(every) - missed:,} kills at statements in {seconds:,.0f} s: {wrong - missed} left a mistake")
    say(f"{missed:,} others found no process at their statement")
    return wrong


def _services(folder: Path, rounds: int, dice: Random) -> int:
    """Kill worker, beat, Valkey and PostgreSQL in turn; give how much was wrong."""
    from trials.outages import outages

    began = time.monotonic()
    found = outages(folder, jobs=JOBS, rounds=rounds, dice=dice)
    seconds = time.monotonic() - began
    say(f"{found.kills} kills of services, {found.during} in the first sweep of {JOBS:,} jobs, in {seconds:,.0f} s:")
    say(f"{len(found.wrong)} wrong. {'; '.join(found.wrong)}")
    return len(found.wrong)


@contextmanager
def _database(folder: Path) -> Iterator[None]:
    """Have an empty database of our own, whatever is named."""
    for name in NAMED:
        os.environ.pop(name, None)
        os.environ.pop(f"{name}_FILE", None)
    os.environ.pop(f"{home.VARIABLE}_FILE", None)
    os.environ |= {home.VARIABLE: str(folder), "DJANGO_SETTINGS_MODULE": "dashboard.settings"}
    with embedded("postgres"):
        setup.check()
        setup.migrate()
        yield
