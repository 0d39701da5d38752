"""How fast a first sync brings every job, with one, two and four workers, beside the raw limit.

The limit is the same rows, ready made, written by `COPY` and the same upsert into the same tables with nothing around
it: no requests, nothing read, parsed, masked or judged, no lease and no checkpoint; by as many writers at the same
time. The platform's replies are ready too, from a first run that does not count: they cost what sending them costs.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.cluster import Cluster
from benchmarks.measure import say
from benchmarks.recorded import recorded
from dashboard.services.home import ROOT
from trials.platform import SandboxProcess, sandbox

WORKERS, ROUNDS = (1, 2, 4), 3
GOAL = 0.6
"""How much of the raw limit is expected."""
MADE, TRIED = "backfill_made", "backfill_tried"
HERE = "SELECT coalesce(sum(jobs), 0)::bigint FROM jobs_cell"
EVERY = 0.05  # seconds


def backfill(folder: Path, jobs: int) -> int:
    """Measure with so many jobs; an exit status, 0 only where each number of workers reaches the goal."""
    cluster = Cluster(folder)
    with (
        cluster.running(),
        sandbox("--jobs", str(jobs), "--rate", "0", "--even") as platform,
        recorded(platform.url) as url,
    ):
        trial = Trial(cluster, replace(platform, url=url), jobs)
        trial.make()
        trial.rate("sweep", workers=1)
        ratios = [_ratio(trial, workers) for workers in WORKERS]
    return 0 if min(ratios) >= GOAL else 1


def _ratio(trial: "Trial", workers: int) -> float:
    """Measure some rounds, each of the raw limit and of what is found; say and give how much of it that is."""
    rates = [(trial.rate("write", workers), trial.rate("sweep", workers)) for _ in range(ROUNDS)]
    limit, found = (median(each) for each in zip(*rates, strict=True))
    ratios = sorted(found / limit for limit, found in rates)
    say(
        f"{workers} workers: {found:,.0f} jobs/s, the raw limit {limit:,.0f} jobs/s: "
        f"{median(ratios):.2f} of it ({', '.join(f'{each:.2f}' for each in ratios)}); the goal is {GOAL}"
    )
    return median(ratios)


class Trial:
    """Databases that begin empty, and processes that fill them."""

    def __init__(self, cluster: Cluster, platform: SandboxProcess, jobs: int) -> None:
        self._cluster, self._platform, self._jobs = cluster, platform, jobs

    def make(self) -> None:
        """Make the empty database of which each trial has a copy."""
        self._cluster.create(MADE)
        self._cluster.migrate(MADE)

    def rate(self, work: str, workers: int) -> float:
        """How many jobs a second so many processes bring that do this `work`, until all are here."""
        self._cluster.create(TRIED, of=MADE)
        with ExitStack() as stack:
            begun = [stack.enter_context(self._worker(work, number, workers)) for number in range(workers)]
            line = stack.enter_context(psycopg.connect(self._cluster.url(TRIED), autocommit=True))
            before, began = _here(line), time.monotonic()
            for each in begun:
                _tell(each)
            while _here(line) < self._jobs:
                if all(each.poll() is not None for each in begun):
                    raise RuntimeError(f"The workers have ended, and {_here(line):,} of {self._jobs:,} jobs are here.")
                time.sleep(EVERY)
            return (self._jobs - before) / (time.monotonic() - began)

    @contextmanager
    def _worker(self, work: str, number: int, workers: int) -> Iterator["subprocess.Popen[str]"]:
        """A process that is ready to begin, until it has been told enough."""
        command = [sys.executable, "-m", "benchmarks.backfiller", work, str(number), str(workers)]
        pipe = subprocess.PIPE
        environment = self._environment(TRIED)
        with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline(), "a worker did not begin"
            try:
                yield process
            finally:
                process.kill()

    def _environment(self, database: str) -> dict[str, str]:
        return self._cluster.environment(
            database,
            MEDIA_PLATFORM_URL=self._platform.url,
            MEDIA_PLATFORM_APP_ID=self._platform.app_id,
            MEDIA_PLATFORM_SHARED_SECRET=self._platform.secret,
            SYNC_RATE="1000",
        )


def _here(line: "psycopg.Connection[tuple[int]]") -> int:
    """How many jobs are here."""
    [(jobs,)] = line.execute(HERE).fetchall()
    return jobs


def _tell(process: "subprocess.Popen[str]") -> None:
    """Let a worker begin."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
