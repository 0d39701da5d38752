"""Runs schedules of the model of the sync, and says how many ended with a mirror that differs."""

import time

from benchmarks.measure import say
from simulation.many import Report, run_many

EVERY = 20_000


def model(first: int, schedules: int) -> int:
    """Run so many schedules from the seed `first` on; an exit status, 0 only if none diverged."""
    began, total = time.monotonic(), Report()
    for report in run_many(range(first, first + schedules)):
        total += report
        if total.schedules % EVERY < report.schedules:
            say(f"  {total.schedules:,} schedules, {len(total.divergent)} divergent")
    last, seconds = first + schedules - 1, time.monotonic() - began
    say(f"{total.schedules:,} schedules, seeds {first:,} to {last:,}, in {seconds:,.0f} s:")
    say(f"{len(total.divergent)} divergent; {total.crashes:,} crashes, {total.zombies:,} writers that came too late")
    if total.divergent:
        say(f"Divergent seeds: {', '.join(map(str, total.divergent[:50]))}")
    return 1 if total.divergent else 0
