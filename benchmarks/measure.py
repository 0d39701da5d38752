"""Times, and what is said of many of them."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
STEP = 5  # seconds


def milliseconds(call: Callable[[], Any]) -> float:
    """How long a call takes."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of `values` does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median, the 95th percentile and the greatest of `values`."""
    found = {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95), "max": max(values)}
    return {name: round(value, 3) for name, value in found.items()}


def say(text: str) -> None:
    """Say how far it has come."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - it is a command's


def followed(what: str, items: Sequence[T]) -> Iterator[T]:
    """Give `items`, and say now and then how many have been."""
    last = time.monotonic()
    for number, item in enumerate(items):
        yield item
        if time.monotonic() - last > STEP:
            last = time.monotonic()
            say(f"  {what}: {number + 1} of {len(items)}")
