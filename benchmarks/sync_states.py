"""Runs examples of the stateful test of the sync, and says how many of their batches failed, and how.

Each batch is a process of its own, with a seed and a world of its own; each processor has a database, all of them in a
PostgreSQL that is there for nothing else.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from benchmarks.cluster import Cluster
from benchmarks.measure import say
from dashboard.env import with_values
from dashboard.services import home
from trials.worlds import WORLDS

BATCH = 20
MADE = "made"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Examples of one world and one seed."""

    world: str
    seed: int
    examples: int
    steps: int

    @property
    def arguments(self) -> tuple[str, ...]:
        """What `python -m trials` is given."""
        return self.world, str(self.examples), str(self.steps), str(self.seed)


def states(first: int, examples: int, steps: int) -> int:
    """Run so many examples in batches, from the seed `first` on; an exit status, 0 only if none failed."""
    began, failed, batches = time.monotonic(), list[Batch](), list(cut(first, examples, steps))
    with _databases(os.cpu_count() or 1) as urls:
        for number, (batch, said) in enumerate(_run_all(batches, urls), 1):
            if said:
                failed.append(batch)
                say(f"{said}\nFailed: python -m trials {' '.join(batch.arguments)}")
            say(f"  {number} of {len(batches)} batches, {len(failed)} failed")
    seconds = time.monotonic() - began
    say(f"{examples:,} examples of {steps} steps, seeds {first:,} to {batches[-1].seed:,}, in {seconds:,.0f} s:")
    say(f"{len(failed)} of {len(batches)} batches failed")
    return 1 if failed else 0


def cut(first: int, examples: int, steps: int) -> Iterator[Batch]:
    """Cut examples into batches, each world in its turn."""
    worlds = cycle(WORLDS)
    for number, begin in enumerate(range(0, examples, BATCH)):
        size = min(BATCH, examples - begin)
        yield Batch(world=next(worlds), seed=first + number, examples=size, steps=steps)


def _run_all(batches: Sequence[Batch], urls: Sequence[str]) -> Iterator[tuple[Batch, str]]:
    """Run batches, as many at once as there are databases; give what each that failed said, in their order."""
    free = SimpleQueue[str]()
    for url in urls:
        free.put(url)

    def run(batch: Batch) -> tuple[Batch, str]:
        url = free.get()
        try:
            return batch, _run(batch, url)
        finally:
            free.put(url)

    with ThreadPoolExecutor(len(urls)) as workers:
        yield from workers.map(run, batches)


def _run(batch: Batch, url: str) -> str:
    """Run a batch in a process of its own; give what it said, nothing where it did not fail."""
    command = [sys.executable, "-m", "trials", *batch.arguments]
    done = subprocess.run(command, env=with_values(DATABASE_URL=url), cwd=home.ROOT, capture_output=True, text=True)
    return (done.stdout + done.stderr or "It failed.") if done.returncode else ""


@contextmanager
def _databases(number: int) -> Iterator[list[str]]:
    """So many databases with empty tables, in a server of their own."""
    with TemporaryDirectory(prefix="jobdeck-states-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - PostgreSQL may run as another account
        cluster = Cluster(Path(folder))
        with cluster.running({"synchronous_commit": "off", "fsync": "off"}):
            yield list(_made(cluster, number))


def _made(cluster: Cluster, number: int) -> Iterator[str]:
    cluster.create(MADE)
    cluster.migrate(MADE)
    for each in range(number):
        cluster.create(f"{MADE}_{each}", of=MADE)
        yield cluster.url(f"{MADE}_{each}")
