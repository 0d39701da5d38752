"""What an overview costs: sums of rollups over a day, a week and a month."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from benchmarks.generate import NOW
from benchmarks.given import Given, Json
from benchmarks.measure import milliseconds, spread
from jobs.rollups import Dimension, rolled

SPANS = {"24 hours": timedelta(hours=24), "7 days": timedelta(days=7), "30 days": timedelta(days=30)}
BY: dict[str, Sequence[Dimension]] = {
    "by type and state": ("type", "status"),
    "by day and state": ("day", "status"),
    "by hour and state": ("hour", "status"),
    "by issuer": ("issuer",),
}


def measure(given: Given) -> Json:
    """Sum up each span in each way, several times after once."""
    found = {}
    for span, long in SPANS.items():
        for words, by in BY.items():
            summed = partial(rolled, NOW - long, NOW, by=by)
            summed()
            found[f"{span}, {words}"] = spread([milliseconds(summed) for _ in range(given.rounds)])
    return found
