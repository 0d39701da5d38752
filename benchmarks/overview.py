"""What an overview costs: sums of rollups over a day, a week and a month."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from benchmarks.generate import NOW
from benchmarks.given import Given, Json
from benchmarks.measure import milliseconds, spread
from jobs.rollups import Dimension, lengths, numbers

SPANS = {"24 hours": timedelta(hours=24), "7 days": timedelta(days=7), "30 days": timedelta(days=30)}
ASKED: dict[str, tuple[Callable[..., object], Sequence[Dimension]]] = {
    "numbers by type and state": (numbers, ("type", "status")),
    "numbers by hour and state": (numbers, ("hour", "status")),
    "numbers by issuer": (numbers, ("issuer",)),
    "lengths by type": (lengths, ("type",)),
    "lengths by day and type": (lengths, ("day", "type")),
}


def measure(given: Given) -> Json:
    """Sum up each span in each way, several times after once."""
    found = {}
    for span, long in SPANS.items():
        for words, (ask, by) in ASKED.items():
            asked = partial(ask, NOW - long, NOW, by=by)
            asked()
            found[f"{span}, {words}"] = spread([milliseconds(asked) for _ in range(given.rounds)])
    return found
