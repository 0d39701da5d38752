"""Many schedules, on every processor."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from simulation.schedule import run

BATCH = 250


@dataclass(frozen=True, kw_only=True)
class Report:
    """What schedules came to; `divergent` are the seeds of those whose mirror differed from its platform in the end."""

    schedules: int = 0
    divergent: tuple[int, ...] = ()
    crashes: int = 0
    zombies: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Report") -> "Report":
        return Report(**{name: value + getattr(other, name) for name, value in vars(self).items()})


def run_some(seeds: range) -> Report:
    """Run the schedules of these seeds, here."""
    began, outcomes = time.monotonic(), [run(seed) for seed in seeds]
    return Report(
        schedules=len(outcomes),
        divergent=tuple(each.seed for each in outcomes if each.differing),
        crashes=sum(each.crashes for each in outcomes),
        zombies=sum(each.zombies for each in outcomes),
        seconds=time.monotonic() - began,
    )


def run_many(seeds: range) -> Iterator[Report]:
    """Run the schedules of these seeds on every processor; give what came of each batch, as it is done."""
    batches = [seeds[first : first + BATCH] for first in range(0, len(seeds), BATCH)]
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        yield from processes.map(run_some, batches)
