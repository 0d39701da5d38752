"""Whether the memory of what runs for days grows: of the worker, beat and the web server, while there is work to do.

A sandbox brings jobs and tells of them by hooks, the sync passes every second, and up to ten times as often a page of
the REST API and the health are asked for. What processes share counts once (PSS).
"""

import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression, mean

from benchmarks.measure import say
from benchmarks.server import memory_of
from trials.deck import SWEPT, Deck, deck, until

JOBS, RATE = 20_000, 2
PROCESSES = ("worker", "beat", "web")
EVERY, MINUTE = 0.1, 60
WARM = 0.6
"""The share of the time after which everything has been done that is done now and then: of two hours more than the one
for which Celery keeps what limits the time of a task."""
MOST_GROWTH = 20
"""In MB an hour: less than that is within what single minutes differ by."""
PATIENCE = 300


def memory(minutes: int) -> int:
    """Watch for so many minutes; an exit status, 0 only where nothing grows."""
    with tempfile.TemporaryDirectory(prefix="jobdeck-memory-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # PostgreSQL may run as another account
        with deck(home, JOBDECK_SANDBOX=f"--jobs {JOBS} --rate {RATE}", SYNC_PERIOD="1") as running:
            running.platform.hooks(**running.callback)
            until(lambda: running.ask(SWEPT), seconds=PATIENCE)
            found = _watched(running, minutes)
    slopes = [_slope(name, sizes, minutes) for name, sizes in found.items()]
    return 0 if max(slopes) <= MOST_GROWTH else 1


def _watched(running: Deck, minutes: int) -> dict[str, list[float]]:
    """The memory of each, in MB, at the end of every minute."""
    found: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for minute in range(minutes):
        _use(running, seconds=MINUTE)
        for name, pid in running.children().items():
            if name in found:
                found[name].append(memory_of(pid))
        now = ", ".join(f"{name} {held[-1]:.0f} MB" for name, held in found.items())
        say(f"  minute {minute + 1} of {minutes}: {now}")
    return found


def _use(running: Deck, seconds: float) -> None:
    """Ask for jobs for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        running.api("/jobs", pageSize=100)
        running.health()
        time.sleep(EVERY)


def _slope(name: str, sizes: Sequence[float], minutes: int) -> float:
    """Say what a process took; say and give by how many MB an hour that grew once it was warm."""
    warm = sizes[int(len(sizes) * WARM) :]
    slope, error = growth(warm)
    said = f"{slope:+.1f} MB an hour, give or take {2 * error:.1f},"
    say(f"{name}: {mean(warm):.0f} MB, {said} in the last {len(warm)} of {minutes} minutes")
    return slope


def growth(sizes: Sequence[float]) -> tuple[float, float]:
    """By how much sizes, one a minute, grow in an hour, and the standard error of that; two sizes say nothing of it."""
    minutes, freedom = range(len(sizes)), len(sizes) - 2
    line = linear_regression(minutes, sizes)
    left = sum((size - line.slope * minute - line.intercept) ** 2 for minute, size in zip(minutes, sizes, strict=True))
    spread = sum((minute - mean(minutes)) ** 2 for minute in minutes)
    return 60 * line.slope, 60 * math.sqrt(left / freedom / spread) if freedom else math.inf
